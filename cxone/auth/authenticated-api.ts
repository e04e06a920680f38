import { addressOf, type Api, type ApiQuery } from '../api';
import { errorTable } from '../../errors';
import { CxoneError } from '../cxone-error';
import type { Exchange, HttpAnswer, HttpRequest } from '../http/exchange';
import type { HostPolicy } from '../http/host-policy';
import type { Grant, Session } from './session';

/**
 * Adds token and address to a query, so it is always the outermost link. A 401 happens before a token's time is up
 * (contract §5), so the token is renewed once and the call repeated once, to the address that comes with the new
 * token; a second 401 is `Unauthorized`. The same with a 403 when an operator has signed in again since the token was
 * issued: it may carry the permissions its user had then.
 */
export function authenticatedApi(session: Session, policy: HostPolicy): (next: Exchange) => Api {
  const isOfToken = async (error: unknown, grant: Grant): Promise<boolean> => {
    if (!(error instanceof CxoneError)) return false;
    const { refuses } = errorTable[error.code];
    return refuses === 'token' || (refuses !== null && session.isStale(grant));
  };

  return (next) => {
    const sending = (method: HttpRequest['method']): Api['get'] => {
      const call = async (query: ApiQuery, grant: Grant, signal?: AbortSignal): Promise<HttpAnswer> => {
        const url = addressOf(grant.apiEndpoint, query);
        policy.checkApi(url);
        const { family, accept = [], body } = query;
        const headers = {
          Authorization: `Bearer ${grant.accessToken}`,
          Accept: 'application/json',
          ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        };
        const content = body === undefined ? {} : { body: JSON.stringify(body) };
        return next({ family, method, url, headers, accept, ...content }, signal);
      };

      return async (query, signal) => {
        const grant = await session.getToken(signal);
        let answer: HttpAnswer | undefined;
        try {
          answer = await call(query, grant, signal);
        } catch (error) {
          if (!(await isOfToken(error, grant))) throw error;
        }
        // Also where the caller judges a 403 by itself. What was refused has begun nothing, so a post may be repeated.
        if (answer !== undefined && !(answer.status === 403 && (await session.isStale(grant)))) return answer;
        return call(query, await session.refresh(grant, signal), signal);
      };
    };
    return { get: sending('GET'), post: sending('POST') };
  };
}
