import { correlationId } from './answer-headers';
import { CxoneError, familyNames } from './errors';
import type { ApiFamily } from './errors';
import type { HttpAnswer } from './exchange';
import { parseJson } from './json';
import { type KnownPhrase, phrasesIn, speaksOf } from './known-phrases';

/**
 * The JSON of a successful answer; `undefined` for every kind of "nothing" (204, 304 and 200 without a body,
 * contract §2.7).
 * @throws CxoneError `UnexpectedHtml`, `IncompleteAnswer` (cut off or broken JSON)
 */
export function readJson(body: Buffer, family: ApiFamily, contentType = ''): unknown {
  // Pages can have megabytes; the first character (a byte-order mark counts as space) tells enough.
  const start = /\S/.exec(body.subarray(0, 1_024).toString('utf8'))?.[0];
  if (start === undefined && body.length <= 1_024) return undefined;
  if (start === '<' || /\bhtml\b/i.test(contentType)) {
    throw new CxoneError(
      'UnexpectedHtml',
      `${familyNames[family]} answered with a page of HTML instead of JSON${speaksOf(renderPhrases(body))}.`,
    );
  }
  try {
    return parseJson(body);
  } catch {
    throw new CxoneError(
      'IncompleteAnswer',
      `${familyNames[family]} answered with JSON that is cut off or broken (${body.length} bytes).`,
    );
  }
}

/** Of a page only what an API says that was asked in the wrong way: every page speaks of something. */
function renderPhrases(body: Buffer): readonly KnownPhrase[] {
  const phrases = phrasesIn(body.subarray(0, 2_048).toString('utf8'));
  return phrases.filter((phrase) => phrase === 'No known way to render data');
}

/** Reads an answer; an error of the reading names the answer's ids, as an error of its status does. */
export function readAnswer<T>(answer: HttpAnswer, read: (body: Buffer, contentType?: string) => T): T {
  try {
    return read(answer.body, answer.header('content-type'));
  } catch (error) {
    if (!(error instanceof CxoneError)) throw error;
    const { code, message, remedy } = error;
    const ids = { correlationId: correlationId(answer), answerId: answer.report?.(code) };
    if (ids.correlationId === undefined && ids.answerId === undefined) throw error;
    throw new CxoneError(code, message, { remedy, ...ids });
  }
}
