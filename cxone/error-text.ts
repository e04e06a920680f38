import { isObject, parseJson } from './json';

const maximumLength = 200;
/** No sentence of an error needs more than this; the rest of a page of HTML would only cost time. */
const maximumRead = 2_048;

const bodyKeys = ['errorDescription', 'error_description', 'message', 'Message', 'reason', 'error'];

/** What to cut out of words that come from a server; in this order, since the later patterns are the wider ones. */
const cuts: ReadonlyArray<readonly [RegExp, string]> = [
  [/<[^>]*>/g, ' '],
  [/\b(https?:\/\/[^\s?#"']+)[?#][^\s"']*/gi, '$1'],
  [/[?&][\w.-]+=[^\s&"']*/g, ''],
  [/\b(?:Bearer|Basic)\s+[\w.+/=-]+/gi, '[token]'],
  [/\beyJ[\w.-]+/g, '[token]'],
  [/[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g, '[address]'],
  [/\b((?:\w+_)?(?:token|secret|password|signature|api_?key)["']?\s*[=:]\s*["']?)[^\s"',;]+/gi, '$1[hidden]'],
  [/(?=[A-Za-z+/=_-]*\d)[\w+/=-]{24,}/g, '[token]'],
  [/\+?\(?\d[\d\s().-]{5,}\d/g, '[number]'],
];

/**
 * Makes words from a server fit to show: one line of at most 200 characters, without anything that looks like a
 * token, a URL query, an e-mail address or a telephone number, and without the secrets given.
 */
export function scrub(text: string, secrets: readonly string[] = []): string {
  let clean = text.slice(0, maximumRead);
  for (const secret of secrets) {
    if (secret.length >= 4) clean = clean.replaceAll(secret, '[hidden]');
  }
  for (const [pattern, replacement] of cuts) clean = clean.replace(pattern, replacement);
  clean = clean.replace(/\p{C}/gu, ' ').replace(/\s+/g, ' ').trim();
  return clean.length > maximumLength ? `${clean.slice(0, maximumLength - 1)}…` : clean;
}

/**
 * What the server says about a refusal, scrubbed: the header `icStatusDescription` where ACD APIs put it, else the
 * body's own words and, where it has one, its `internalCode` or `code` (contract §4.5, §4.7, §5); `code` is the OAuth error. Both are
 * empty when there are none; HTML is never quoted.
 */
export function refusalWords(
  header: string | undefined,
  body: Buffer,
  secrets: readonly string[],
): { readonly code: string; readonly text: string } {
  const object = jsonObject(body);
  const words =
    header?.trim() || bodyKeys.map((key) => wordsOf(object[key])).find((one) => one !== '') || plain(body);
  const internal = internalCode(object['internalCode'] ?? object['code']);
  const text = [scrub(words, secrets), internal === '' ? '' : `[${scrub(internal, secrets)}]`];
  return {
    code: scrub(wordsOf(object['error']), secrets),
    text: text.filter((part) => part !== '').join(' '),
  };
}

/** The first line of a body that is a sentence, as Data Extraction's refusals are (contract §10); not of HTML or JSON. */
function plain(body: Buffer): string {
  const [line = ''] = body
    .subarray(0, maximumRead)
    .toString('utf8')
    .trim()
    .split(/[\r\n]/);
  return /^[A-Za-z][^<>{}]*$/.test(line) ? line : '';
}

function wordsOf(value: unknown): string {
  return typeof value === 'string' ? value.trim() : '';
}

/** A short name or number; whatever else stands there is not a code. */
function internalCode(value: unknown): string {
  const code = typeof value === 'number' ? String(value) : value;
  return typeof code === 'string' && /^[\w.-]{1,40}$/.test(code) ? code : '';
}

function jsonObject(body: Buffer): Readonly<Record<string, unknown>> {
  if (body.length > 64 * 1024) return {};
  try {
    const value = parseJson(body);
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}
