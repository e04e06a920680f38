import type { CxoneConnection } from './connection';
import { secretsOf } from './connection';
import type { ApiFamily } from './errors';
import type { HostPolicy } from './host-policy';
import { httpFailure, retryAfter } from './http-failure';
import type { RequestLimiter } from './limiter';
import type { Grant, Session } from './session';
import type { HttpAnswer, Transport } from './transport';

export interface ApiQuery {
  readonly family: ApiFamily;
  /** Below the tenant's API endpoint, with its leading slash. */
  readonly path: string;
  readonly parameters: Readonly<Record<string, string | number | undefined>>;
  /** Statuses besides success that the caller understands. */
  readonly accept?: readonly number[];
}

/** Calls with the tenant's token. A GET is all we ever need. */
export interface Api {
  /** A successful answer (2xx or 304) or one of the accepted statuses. @throws CxoneError for everything else */
  get(query: ApiQuery, signal?: AbortSignal): Promise<HttpAnswer>;
}

/**
 * Adds token and address to a call. A 401 happens before a token's time is up (contract §5), so the token is renewed
 * once and the call repeated once; a second 401 is `Unauthorized`.
 */
export function createApi(
  connection: CxoneConnection,
  session: Session,
  transport: Transport,
  policy: HostPolicy,
  now: () => number,
  limiter?: RequestLimiter,
): Api {
  async function call(query: ApiQuery, grant: Grant, signal?: AbortSignal): Promise<HttpAnswer> {
    const url = new URL(`${grant.apiEndpoint}${query.path}${queryString(query.parameters)}`);
    policy.checkApi(url);
    const headers = { Authorization: `Bearer ${grant.accessToken}`, Accept: 'application/json' };
    await limiter?.acquire(query.family, signal);
    const answer = await transport.exchange({ family: query.family, method: 'GET', url, headers }, signal);
    if (answer.status === 429) {
      await limiter?.throttled(query.family, retryAfter(answer.header('retry-after'), now()));
    }
    return answer;
  }

  return {
    async get(query, signal) {
      let grant = await session.grant(signal);
      let answer = await call(query, grant, signal);
      if (answer.status === 401) {
        grant = await session.replace(grant, signal);
        answer = await call(query, grant, signal);
      }
      const understood = [200, 203, 204, 206, 304, ...(query.accept ?? [])];
      if (understood.includes(answer.status)) return answer;
      throw httpFailure(answer, query.family, [...secretsOf(connection), grant.accessToken], now());
    },
  };
}

/** Percent-encodes everything, spaces too: a raw `+` means a space to some servers and a plus to others. */
function queryString(parameters: ApiQuery['parameters']): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined) query.set(name, String(value));
  }
  const text = query.toString().replaceAll('+', '%20');
  return text === '' ? '' : `?${text}`;
}
