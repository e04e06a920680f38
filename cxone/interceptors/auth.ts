import { addressOf } from '../api';
import type { ApiCommand, ApiQuery } from '../api';
import { CxoneError } from '../errors';
import type { Exchange, HttpAnswer } from '../exchange';
import type { HostPolicy } from '../host-policy';
import type { Grant, Session } from '../session';

/** One call, whichever its method: with a body it is a POST. */
type ApiCall = (query: ApiQuery | ApiCommand, signal?: AbortSignal) => Promise<HttpAnswer>;

/**
 * Adds token and address to a query, so it is always the outermost link. A 401 happens before a token's time is up
 * (contract §5), so the token is renewed once and the call repeated once, to the address that comes with the new
 * token; a second 401 is `Unauthorized`.
 */
export function auth(session: Session, policy: HostPolicy): (next: Exchange) => ApiCall {
  return (next) => {
    const call = async (
      query: ApiQuery | ApiCommand,
      grant: Grant,
      signal?: AbortSignal,
    ): Promise<HttpAnswer> => {
      const url = addressOf(grant.apiEndpoint, query);
      policy.checkApi(url);
      const headers = { Authorization: `Bearer ${grant.accessToken}`, Accept: 'application/json' };
      const { family, accept = [] } = query;
      if (!('body' in query)) return next({ family, method: 'GET', url, headers, accept }, signal);
      const body = JSON.stringify(query.body);
      const typed = { ...headers, 'Content-Type': 'application/json' };
      return next({ family, method: 'POST', url, headers: typed, body, accept }, signal);
    };

    return async (query, signal) => {
      const grant = await session.grant(signal);
      try {
        return await call(query, grant, signal);
      } catch (error) {
        if (!(error instanceof CxoneError && error.code === 'Unauthorized')) throw error;
        return call(query, await session.replace(grant, signal), signal);
      }
    };
  };
}
