import type { ApiFamily } from './errors';
import type { HttpAnswer } from './exchange';

export interface ApiQuery {
  readonly family: ApiFamily;
  /** Below the tenant's API endpoint, with its leading slash. */
  readonly path: string;
  readonly parameters: Readonly<Record<string, string | number | undefined>>;
  /** Statuses besides success that the caller understands. */
  readonly accept?: readonly number[];
}

/** A query that has something made or begun; its body is sent as JSON. */
export interface ApiCommand extends ApiQuery {
  readonly body: object;
}

/** Calls with the tenant's token. */
export interface Api {
  /** A successful answer (2xx or 304) or one of the accepted statuses. @throws CxoneError for everything else */
  get(query: ApiQuery, signal?: AbortSignal): Promise<HttpAnswer>;
  /** The same with POST. It may be sent twice: a token that was refused is renewed once. @throws CxoneError */
  post(command: ApiCommand, signal?: AbortSignal): Promise<HttpAnswer>;
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
