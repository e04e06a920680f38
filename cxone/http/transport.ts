import type { Readable } from 'node:stream';
import { type AxiosResponse, create as createAxios } from 'axios';
import { createAgents, type Proxies } from '../../network';
import { readBody, tooLarge } from './body';
import { inUtf8 } from './charset';
import { createDeadline } from './deadline';
import { CxoneError } from '../cxone-error';
import type { ApiFamily } from '../../errors';
import type { Exchange, HttpAnswer, HttpRequest } from './exchange';
import type { HostPolicy } from './host-policy';
import { acceptedEncodings, unpacked } from './unpack';

/** How long each part of a request may take, in milliseconds. Whichever is up first ends it. */
export interface TimeOuts {
  /** Until a new connection is ready, TLS included. */
  readonly connectMs: number;
  /** From the start until the headers of the answer are there; never longer than `totalMs`. */
  readonly headersMs: number;
  /** The same where nothing has to be worked out before the answer: files, and what Media Playback has of a call. */
  readonly mediaHeadersMs: number;
  /** How long the body of an answer may stand still. */
  readonly idleMs: number;
  /** The whole exchange, from the start to the last byte. A file has no such limit, see `DownloadOptions`. */
  readonly totalMs: number;
}

export interface TransportOptions {
  readonly policy: HostPolicy;
  readonly proxies: Proxies | undefined;
  readonly timeOuts: TimeOuts;
  readonly userAgent: string;
  /** The most bytes of an answer that are kept in memory, packed and unpacked; one figure, or one for each family. */
  readonly maxBytes: number | Readonly<Record<ApiFamily, number>>;
}

/** HTTP and nothing else: any status is an answer; what breaks is thrown as the HTTP library throws it. */
export interface Transport {
  /** The whole answer, unpacked, in UTF-8 whatever charset it declares. @throws CxoneError `RequestTimeout`, `ResponseTooLarge` */
  readonly exchange: Exchange;
  /** The headers; the caller consumes or destroys the body. @throws CxoneError `RequestTimeout` */
  readonly open: Exchange<Readable>;
  /** Closes idle connections. */
  close(): void;
}

export function createTransport(options: TransportOptions): Transport {
  const { policy, proxies, timeOuts, maxBytes } = options;
  const agents = createAgents({ connectMs: timeOuts.connectMs, lookup: policy.lookup, proxies });

  const instance = createAxios({
    httpAgent: agents.http,
    httpsAgent: agents.https,
    // The agents see to proxies.
    proxy: false,
    // A redirect would carry the bearer token wherever the answer says.
    maxRedirects: 0,
    validateStatus: () => true,
    // Bodies are read and judged by us. Any limit here, even Infinity, makes axios wrap the stream in one that cannot
    // be destroyed while it waits.
    responseType: 'stream',
    maxContentLength: -1,
    transformResponse: [(data: unknown) => data],
  });

  async function send(request: HttpRequest, headers: HttpRequest['headers'], signal?: AbortSignal) {
    const media = request.family === 'file' || request.family === 'media';
    const headersMs = Math.min(media ? timeOuts.mediaHeadersMs : timeOuts.headersMs, timeOuts.totalMs);
    const deadline = createDeadline(headersMs, signal);
    try {
      const response = await instance.request<Readable>({
        method: request.method,
        url: request.url.href,
        headers: { 'User-Agent': options.userAgent, ...headers, ...request.headers },
        ...(request.body === undefined ? {} : { data: request.body }),
        // It could not be stopped at a limit.
        decompress: false,
        signal: deadline.signal,
      });
      return answerOf(response);
    } catch (error) {
      if (!deadline.expired()) throw error;
      throw tooSlow(request, policy, `did not begin to answer within ${headersMs / 1_000} s`);
    } finally {
      deadline.clear();
    }
  }

  return {
    open: (request, signal) => send(request, {}, signal),
    async exchange(request, signal) {
      const { totalMs, idleMs } = timeOuts;
      const total = createDeadline(totalMs, signal);
      try {
        const answer = await send(request, { 'Accept-Encoding': acceptedEncodings }, total.signal);
        const host = policy.names.shown(request.url);
        const most = typeof maxBytes === 'number' ? maxBytes : maxBytes[request.family];
        const stream = unpacked(answer.body, encodingOf(answer), (packed) => {
          if (packed > most) throw tooLarge(host, most);
        });
        const rules = { host, idleTimeoutMs: idleMs, maxBytes: most };
        const body = await readBody(stream, rules, total.signal);
        return { ...answer, body: await inUtf8(body, answer.header('content-type')) };
      } catch (error) {
        if (!total.expired()) throw error;
        throw tooSlow(request, policy, `did not answer within ${totalMs / 1_000} s`);
      } finally {
        total.clear();
      }
    },
    close: () => agents.close(),
  };
}

/** A body that is not there was not packed, whatever its header says. */
function encodingOf(answer: HttpAnswer<unknown>): string | undefined {
  const isEmpty = answer.status === 204 || answer.status === 304 || answer.header('content-length') === '0';
  return isEmpty ? undefined : answer.header('content-encoding');
}

function tooSlow({ url }: HttpRequest, { names }: HostPolicy, what: string): CxoneError {
  return new CxoneError('RequestTimeout', `${names.shown(url)} ${what}.`);
}

function answerOf(response: AxiosResponse<Readable>): HttpAnswer<Readable> {
  const headers = response.headers;
  return {
    status: response.status,
    header(name) {
      const value: unknown = headers[name.toLowerCase()];
      return typeof value === 'string' && value !== '' ? value : undefined;
    },
    body: response.data,
  };
}
