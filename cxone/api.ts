import type { ApiFamily } from '../errors';
import type { HttpAnswer } from './http/exchange';

export interface ApiQuery {
  readonly family: ApiFamily;
  /** Below the tenant's API endpoint, with its leading slash. */
  readonly path: string;
  readonly parameters: Readonly<Record<string, string | number | undefined>>;
  /** Sent as JSON by a `post`. */
  readonly body?: Readonly<Record<string, unknown>>;
  /** Statuses besides success that the caller understands. */
  readonly accept?: readonly number[];
}

/** Calls with the tenant's token. Nothing is ever changed at CXone; what a `post` creates is a job that reads. */
export interface Api {
  /** A successful answer (200, 203, 204, 206, 304) or one of the accepted statuses. @throws CxoneError for all others */
  get(query: ApiQuery, signal?: AbortSignal): Promise<HttpAnswer>;
  /** As `get`. */
  post(query: ApiQuery, signal?: AbortSignal): Promise<HttpAnswer>;
}

/**
 * The whole address of a query. Everything is percent-encoded, spaces too: a raw `+` means a space to some servers
 * and a plus to others.
 */
export function addressOf(apiEndpoint: string, { path, parameters }: ApiQuery): URL {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined) query.set(name, String(value));
  }
  const text = query.toString().replaceAll('+', '%20');
  return new URL(`${apiEndpoint}${path}${text === '' ? '' : `?${text}`}`);
}
