import type { ApiFamily, CxoneErrorCode } from '../../errors';
import type { KnownPhrase } from './known-phrases';

export interface HttpRequest {
  readonly family: ApiFamily;
  readonly method: 'GET' | 'POST';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Statuses besides success that the caller understands. */
  readonly accept?: readonly number[];
}

export interface HttpAnswer<Body = Buffer> {
  readonly status: number;
  /** A header by its name, in any case; `undefined` when it was not sent. */
  header(name: string): string | undefined;
  readonly body: Body;
  /** The known phrases in what the server says about a refusal (see `redact`); the body is empty then. */
  readonly serverPhrases?: readonly KnownPhrase[];
  /** To be called when the answer becomes an error: says under which id the answer itself is kept, if it is. */
  readonly report?: (code: CxoneErrorCode) => string | undefined;
}

/** One request and its answer. Any status is an answer to the innermost one; the links around it are stricter. */
export type Exchange<Body = Buffer> = (
  request: HttpRequest,
  signal?: AbortSignal,
) => Promise<HttpAnswer<Body>>;

/** One duty around an exchange: it may change the request, the answer or the error, or ask again. */
export type Interceptor<Body = Buffer> = (next: Exchange<Body>) => Exchange<Body>;

/** Puts interceptors around an exchange; the first is the outermost: it sees the request first and the answer last. */
export function compose<Body>(
  interceptors: readonly Interceptor<Body>[],
  exchange: Exchange<Body>,
): Exchange<Body> {
  return interceptors.reduceRight((next, interceptor) => interceptor(next), exchange);
}
