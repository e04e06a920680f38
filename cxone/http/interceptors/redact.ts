import { correlationId } from '../response-headers';
import { phrasesOfRefusal, textToKeep } from '../error-message';
import type { CxoneErrorCode } from '../../../errors';
import type { HttpAnswer, HttpRequest, Interceptor } from '../exchange';
import type { KeepAnswer } from '../refused-answer';

/**
 * Takes the words of a refusal away before anybody can quote them: such an answer goes on without its body, with the
 * known phrases in it only. The answer itself goes to `keep` when it is known which error it becomes (`report`), a
 * success that cannot be read as well. The innermost link, so that nothing is outside.
 */
export function redact(secrets: readonly string[], keep?: KeepAnswer): Interceptor {
  return (next) => async (request, signal) => {
    const answer = await next(request, signal);
    const report = (code: CxoneErrorCode) =>
      keep?.({
        family: request.family,
        status: answer.status,
        code,
        correlationId: correlationId(answer),
        text: textToKeep(answer.header('icStatusDescription'), answer.body, [
          ...secrets,
          ...credentialsOf(request),
        ]),
      });
    if (isSuccess(answer)) return { ...answer, report };
    const serverPhrases = phrasesOfRefusal(answer.header('icStatusDescription'), answer.body);
    return { ...answer, body: Buffer.alloc(0), serverPhrases, report };
  };
}

function isSuccess({ status }: HttpAnswer): boolean {
  return status < 300 || status === 304;
}

/** The token, or the pair of HTTP Basic, that goes along with this very request. */
function credentialsOf({ headers }: HttpRequest): readonly string[] {
  const credentials = headers['Authorization']?.split(' ')[1];
  return credentials === undefined ? [] : [credentials];
}
