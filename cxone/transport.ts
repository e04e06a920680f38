import http from 'node:http';
import https from 'node:https';
import type { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { create as createAxios } from 'axios';
import type { AxiosResponse, ResponseType } from 'axios';
import { createDeadline } from './deadline';
import { CxoneError } from './errors';
import type { ApiFamily } from './errors';
import type { HostPolicy } from './host-policy';
import { networkFailure } from './network-failure';

export interface HttpRequest {
  readonly family: ApiFamily;
  readonly method: 'GET' | 'POST';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface HttpAnswer<Body = Buffer> {
  readonly status: number;
  /** A header by its name, in any case; `undefined` when it was not sent. */
  header(name: string): string | undefined;
  readonly body: Body;
}

/** What callers may count: one event for each HTTP exchange; `status` 0 stands for "no answer". */
export interface RequestEvent {
  readonly family: ApiFamily;
  readonly status: number;
  readonly ms: number;
}

export interface TransportOptions {
  readonly policy: HostPolicy;
  readonly timeoutMs: number;
  readonly connectTimeoutMs: number;
  readonly userAgent: string;
  readonly onRequest?: ((event: RequestEvent) => void) | undefined;
}

/** HTTP and nothing else: any status is an answer, only a broken or late exchange is an error. */
export interface Transport {
  /** The whole exchange within the time-out. @throws CxoneError of kind network (see `networkFailure`) */
  exchange(request: HttpRequest, signal?: AbortSignal): Promise<HttpAnswer>;
  /** Resolves with the headers; the caller consumes or destroys the body. The time-out covers the headers only. */
  open(request: HttpRequest, signal?: AbortSignal): Promise<HttpAnswer<Readable>>;
  /** Closes idle connections. */
  close(): void;
}

/** A page of 10,000 contacts is about 20 MB; more than this is not an answer to any question of ours. */
const largestBody = 256 * 1024 * 1024;

export function createTransport(options: TransportOptions): Transport {
  const { policy, timeoutMs, onRequest } = options;
  const agentOptions = { keepAlive: true, lookup: policy.lookup };
  const httpAgent = limitConnecting(new http.Agent(agentOptions), 'connect', options.connectTimeoutMs);
  const httpsAgent = limitConnecting(
    new https.Agent(agentOptions),
    'secureConnect',
    options.connectTimeoutMs,
  );

  const instance = createAxios({
    httpAgent,
    httpsAgent,
    proxy: false,
    // A redirect would carry the bearer token wherever the answer says.
    maxRedirects: 0,
    validateStatus: () => true,
    // Bodies are judged by us; axios would turn them into text or JSON before we see what came.
    transformResponse: [(data: unknown) => data],
  });

  async function send<Body>(request: HttpRequest, responseType: ResponseType, signal?: AbortSignal) {
    signal?.throwIfAborted();
    const started = performance.now();
    const deadline = createDeadline(timeoutMs, signal);
    let status = 0;
    try {
      const response: AxiosResponse<Body> = await instance.request({
        method: request.method,
        url: request.url.href,
        headers: { 'User-Agent': options.userAgent, ...request.headers },
        ...(request.body === undefined ? {} : { data: request.body }),
        responseType,
        decompress: responseType !== 'stream',
        // Any limit, even Infinity, makes axios wrap the stream in one that cannot be destroyed while it waits.
        maxContentLength: responseType === 'stream' ? -1 : largestBody,
        signal: deadline.signal,
      });
      status = response.status;
      return answerOf(response);
    } catch (error) {
      signal?.throwIfAborted();
      if (deadline.expired()) {
        const seconds = timeoutMs / 1_000;
        throw new CxoneError('RequestTimeout', `${request.url.host} did not answer within ${seconds} s.`);
      }
      throw networkFailure(error, request.family, request.url.host);
    } finally {
      deadline.clear();
      onRequest?.({ family: request.family, status, ms: performance.now() - started });
    }
  }

  return {
    exchange: (request, signal) => send<Buffer>(request, 'arraybuffer', signal),
    open: (request, signal) => send<Readable>(request, 'stream', signal),
    close() {
      httpAgent.destroy();
      httpsAgent.destroy();
    },
  };
}

function answerOf<Body>(response: AxiosResponse<Body>): HttpAnswer<Body> {
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

type Connect = (this: unknown, ...parameters: unknown[]) => Socket;

/** An agent whose new connections must be ready (TLS included) within a time; others fail with ETIMEDOUT. */
function limitConnecting<Agent extends http.Agent>(agent: Agent, ready: string, ms: number): Agent {
  const target = agent as unknown as { createConnection: Connect };
  const connect = target.createConnection;
  target.createConnection = function connectInTime(...parameters) {
    const socket = connect.apply(this, parameters);
    const timer = setTimeout(() => {
      socket.destroy(Object.assign(new Error('connecting took too long'), { code: 'ETIMEDOUT' }));
    }, ms);
    const done = () => clearTimeout(timer);
    socket.once(ready, done).once('close', done);
    return socket;
  };
  return agent;
}
