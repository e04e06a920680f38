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

/** The fields of a JSON error body that name the reason; all empty when the body is not a JSON object. */
export function errorBody(body: Buffer): { readonly code: string; readonly text: string } {
  const object = jsonObject(body);
  const words = bodyKeys
    .map((key) => object[key])
    .filter((value) => typeof value === 'string' && value !== '');
  const code = object['error'];
  return { code: typeof code === 'string' ? code : '', text: typeof words[0] === 'string' ? words[0] : '' };
}

/**
 * What the server says about a refusal, scrubbed: the header `icStatusDescription` where ACD APIs put it, else the
 * body's own words (contract §5). Empty when there are none; HTML is never quoted.
 */
export function errorText(header: string | undefined, body: Buffer, secrets: readonly string[]): string {
  return scrub(header?.trim() || errorBody(body).text, secrets);
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
