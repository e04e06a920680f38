import { correlationId } from './answer-headers';
import { CxoneError, familyNames } from './errors';
import type { ApiFamily } from './errors';
import type { HttpAnswer } from './exchange';
import { parseJson } from './json';

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
      `${familyNames[family]} answered with a page of HTML instead of JSON.`,
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

/** Reads an answer; an error of the reading names the answer's correlation id, as an error of its status does. */
export function readAnswer<T>(answer: HttpAnswer, read: (body: Buffer, contentType?: string) => T): T {
  try {
    return read(answer.body, answer.header('content-type'));
  } catch (error) {
    const id = correlationId(answer);
    if (!(error instanceof CxoneError) || id === undefined) throw error;
    throw new CxoneError(error.code, error.message, { remedy: error.remedy, correlationId: id });
  }
}
