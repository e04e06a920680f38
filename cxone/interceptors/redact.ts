import { refusalWords } from '../error-text';
import type { HttpRequest, Interceptor } from '../exchange';

/**
 * Cuts secrets and personal data out of what a server says about a refusal, before anybody can quote it: such answers
 * go on without their body, only with the scrubbed words. The innermost link, so that nothing is outside.
 */
export function redact(secrets: readonly string[]): Interceptor {
  return (next) => async (request, signal) => {
    const answer = await next(request, signal);
    if (answer.status < 300 || answer.status === 304) return answer;
    const header = answer.header('icStatusDescription');
    const said = refusalWords(header, answer.body, [...secrets, ...credentialsOf(request)]);
    return { ...answer, body: Buffer.alloc(0), said };
  };
}

/** The token, or the pair of HTTP Basic, that goes along with this very request. */
function credentialsOf({ headers }: HttpRequest): readonly string[] {
  const credentials = headers['Authorization']?.split(' ')[1];
  return credentials === undefined ? [] : [credentials];
}
