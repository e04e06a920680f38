import { isObject, parseJson } from '../json/json';
import { type KnownPhrase, phrasesIn } from './known-phrases';

/** No sentence of an error needs more than this; the rest of a page of HTML would only cost time. */
const maximumRead = 2_048;
/** So much of an answer is kept for a person to read. */
const keptCharacters = 4_096;

const bodyKeys = ['errorDescription', 'error_description', 'message', 'Message', 'reason', 'error'];

/**
 * Which known phrases the server's words about a refusal hold: those of the header `icStatusDescription` where ACD APIs
 * put them, of the body's members that hold a message, and the OAuth error (contract §4.5, §4.7, §5). The words
 * themselves are not answered: they may name people. Of HTML nothing is read, since every error page speaks of
 * permissions and of trying again.
 */
export function phrasesOfRefusal(header: string | undefined, body: Buffer): readonly KnownPhrase[] {
  const object = jsonObject(body);
  const words = [header ?? '', ...bodyKeys.map((key) => wordsOf(object[key])), plain(body)];
  return phrasesIn(words.map((one) => one.slice(0, maximumRead)).join('\n'));
}

/**
 * An answer as it is kept for a person to read, PERSONAL DATA: the header's words and the first 4 kB of the body, less
 * anything that grants access: the secrets given, tokens, queries of addresses (they are signed), keys.
 */
export function textToKeep(header: string | undefined, body: Buffer, secrets: readonly string[]): string {
  const description =
    header === undefined || header.trim() === '' ? '' : `icStatusDescription: ${header.trim()}\n`;
  // Cut after the secrets are out: half of one would not be found.
  const text = `${description}${body.subarray(0, 4 * keptCharacters).toString('utf8')}`;
  return withoutSecrets(text, secrets).slice(0, keptCharacters);
}

/** Anything that grants access, no matter whose; in this order, since the later patterns are the wider ones. */
const secretPatterns: ReadonlyArray<readonly [RegExp, string]> = [
  [/\b(https?:\/\/[^\s?#"'<>]{1,2000})[?#][^\s"'<>]*/gi, '$1?[hidden]'],
  [/[?&]X-Amz-[\w-]{1,60}=[^\s&"'<>]*/gi, '[hidden]'],
  [/\b(?:Bearer|Basic)\s+[\w.+/=-]+/gi, '[token]'],
  [/\beyJ[\w.-]+/g, '[token]'],
  [
    /((?:token|secret|password|signature|api[_-]?key)[\w-]{0,40}["']\s{0,8}:\s{0,8}["'])(?:[^"'\\]|\\.)*/gi,
    '$1[hidden]',
  ],
  [
    /((?:token|secret|password|signature|api[_-]?key)["']?\s{0,8}[=:]\s{0,8}["']?)[^\s"',;&<>]+/gi,
    '$1[hidden]',
  ],
];

function withoutSecrets(text: string, secrets: readonly string[]): string {
  let clean = text;
  // The longest first: one may be a part of another.
  for (const secret of [...new Set(secrets.flatMap(formsOf))].sort((a, b) => b.length - a.length)) {
    clean = clean.replaceAll(secret, '[hidden]');
  }
  for (const [pattern, replacement] of secretPatterns) clean = clean.replace(pattern, replacement);
  return clean;
}

/** A secret in the forms in which a server may repeat it. What is too short to be one would cut holes into any text. */
function formsOf(secret: string): readonly string[] {
  if (secret.length < 4) return [];
  const base64 = Buffer.from(secret).toString('base64').replace(/=+$/, '');
  const form = new URLSearchParams({ '': secret }).toString().slice(1);
  return [secret, encodeURIComponent(secret), form, JSON.stringify(secret).slice(1, -1), base64];
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

function jsonObject(body: Buffer): Readonly<Record<string, unknown>> {
  if (body.length > 64 * 1024) return {};
  try {
    const value = parseJson(body);
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}
