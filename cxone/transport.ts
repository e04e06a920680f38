import http from 'node:http';
import https from 'node:https';
import type { Readable } from 'node:stream';
import { create as createAxios } from 'axios';
import type { AxiosResponse } from 'axios';
import { readBody } from './body';
import { limitConnecting } from './connecting';
import { createDeadline } from './deadline';
import { CxoneError } from './errors';
import type { Exchange, HttpAnswer, HttpRequest } from './exchange';
import type { HostPolicy } from './host-policy';

/** How long each part of a request may take, in milliseconds. Whichever is up first ends it. */
export interface TimeOuts {
  /** Until a new connection is ready, TLS included. */
  readonly connectMs: number;
  /** From the start until the headers of the answer are there; never longer than `totalMs`. */
  readonly headersMs: number;
  /** How long the body of an answer may stand still. */
  readonly idleMs: number;
  /** The whole exchange, from the start to the last byte. A file has no such limit, see `DownloadOptions`. */
  readonly totalMs: number;
}

export interface TransportOptions {
  readonly policy: HostPolicy;
  readonly timeOuts: TimeOuts;
  readonly userAgent: string;
  /** The most bytes of an answer that are kept in memory. */
  readonly maxBytes: number;
}

/** HTTP and nothing else: any status is an answer; what breaks is thrown as the HTTP library throws it. */
export interface Transport {
  /** The whole answer. @throws CxoneError `RequestTimeout`, `ResponseTooLarge` */
  readonly exchange: Exchange;
  /** The headers; the caller consumes or destroys the body. @throws CxoneError `RequestTimeout` */
  readonly open: Exchange<Readable>;
  /** Closes idle connections. */
  close(): void;
}

export function createTransport(options: TransportOptions): Transport {
  const { policy, timeOuts, maxBytes } = options;
  const headersMs = Math.min(timeOuts.headersMs, timeOuts.totalMs);
  const agentOptions = { keepAlive: true, lookup: policy.lookup };
  const httpAgent = limitConnecting(new http.Agent(agentOptions), 'connect', timeOuts.connectMs);
  const httpsAgent = limitConnecting(new https.Agent(agentOptions), 'secureConnect', timeOuts.connectMs);

  const instance = createAxios({
    httpAgent,
    httpsAgent,
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

  async function send(request: HttpRequest, decompress: boolean, signal?: AbortSignal) {
    const deadline = createDeadline(headersMs, signal);
    try {
      const response = await instance.request<Readable>({
        method: request.method,
        url: request.url.href,
        headers: { 'User-Agent': options.userAgent, ...request.headers },
        ...(request.body === undefined ? {} : { data: request.body }),
        decompress,
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
    open: (request, signal) => send(request, false, signal),
    async exchange(request, signal) {
      const { totalMs, idleMs } = timeOuts;
      const total = createDeadline(totalMs, signal);
      try {
        const answer = await send(request, true, total.signal);
        const rules = { host: policy.names.shown(request.url), idleTimeoutMs: idleMs, maxBytes };
        return { ...answer, body: await readBody(answer.body, rules, total.signal) };
      } catch (error) {
        if (!total.expired()) throw error;
        throw tooSlow(request, policy, `did not answer within ${totalMs / 1_000} s`);
      } finally {
        total.clear();
      }
    },
    close() {
      httpAgent.destroy();
      httpsAgent.destroy();
    },
  };
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
