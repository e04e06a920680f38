import { correlationId } from './response-headers';
import { CxoneError, familyNames } from '../cxone-error';
import type { ApiFamily } from '../../errors';
import type { HttpAnswer } from './exchange';
import { parseJson } from '../json/json';
import { TooManyValues } from '../json/scan';
import { type KnownPhrase, phrasesIn, speaksOf } from './known-phrases';
import { limits } from '../limits';
import { type ParsedLists, parseLists } from '../records/records';

/**
 * The JSON of a successful answer; `undefined` for every kind of "nothing" (204, 304 and 200 without a body,
 * contract §2.7).
 * @throws CxoneError `UnexpectedHtml`, `IncompleteAnswer` (cut off or broken JSON), `ResponseTooLarge` (too much in it to
 *   be parsed at once)
 */
export function readJson(body: Buffer, family: ApiFamily, contentType = ''): unknown {
  if (isNothing(body, family, contentType)) return undefined;
  try {
    return parseJson(body, limits.answerValues);
  } catch (error) {
    throw brokenJson(error, family, body);
  }
}

/**
 * The same for an answer with lists, however large: they are parsed record by record, with turns for others in between.
 * @throws CxoneError as `readJson`
 */
export async function readLists(
  body: Buffer,
  family: ApiFamily,
  contentType = '',
): Promise<ParsedLists | undefined> {
  if (isNothing(body, family, contentType)) return undefined;
  try {
    return await parseLists(body);
  } catch (error) {
    throw brokenJson(error, family, body);
  }
}

/** @throws CxoneError `UnexpectedHtml` */
function isNothing(body: Buffer, family: ApiFamily, contentType: string): boolean {
  // Pages can have megabytes; the first character (a byte-order mark counts as space) is enough.
  const start = /\S/.exec(body.subarray(0, 1_024).toString('utf8'))?.[0];
  if (start === undefined && body.length <= 1_024) return true;
  if (start === '<' || /\bhtml\b/i.test(contentType)) {
    throw new CxoneError(
      'UnexpectedHtml',
      `${familyNames[family]} answered with a page of HTML instead of JSON${speaksOf(renderPhrases(body))}.`,
    );
  }
  return false;
}

/** What it means that an answer could not be parsed. */
export function brokenJson(error: unknown, family: ApiFamily, body?: Buffer): CxoneError {
  if (error instanceof CxoneError) return error;
  if (error instanceof TooManyValues) {
    return new CxoneError('ResponseTooLarge', `${familyNames[family]} answered with ${error.message}.`);
  }
  const size = body === undefined ? '' : ` (${body.length} bytes)`;
  return new CxoneError(
    'IncompleteAnswer',
    `${familyNames[family]} answered with JSON that is cut off or broken${size}.`,
  );
}

/** Of a page only what an API says that was asked in the wrong way: every page speaks of something. */
function renderPhrases(body: Buffer): readonly KnownPhrase[] {
  const phrases = phrasesIn(body.subarray(0, 2_048).toString('utf8'));
  return phrases.filter((phrase) => phrase === 'No known way to render data');
}

/** Reads an answer; an error of the reading names the answer's ids, as an error of its status does. */
export async function readAnswer<T>(
  answer: HttpAnswer,
  read: (body: Buffer, contentType?: string) => T | Promise<T>,
): Promise<T> {
  try {
    return await read(answer.body, answer.header('content-type'));
  } catch (error) {
    if (!(error instanceof CxoneError)) throw error;
    const { code, message, remedy } = error;
    const ids = { correlationId: correlationId(answer), answerId: answer.report?.(code) };
    if (ids.correlationId === undefined && ids.answerId === undefined) throw error;
    throw new CxoneError(code, message, { remedy, ...ids });
  }
}
