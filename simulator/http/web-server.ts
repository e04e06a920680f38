import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Exchange, Family, Handler, Received } from './exchange';
import { createParameters } from './parameters';
import { empty, send } from './reply';

/** A listening server. */
export interface WebServer {
  readonly port: number;
  /** Stops listening and drops every connection. */
  close(): Promise<void>;
}

const largestBody = 4 * 1024 * 1024;

/** How a server reads requests and what it does with them. */
export interface WebServerOptions {
  readonly host: string;
  readonly port: number;
  readonly clock: () => number;
  readonly familyOf: (path: string) => Family;
  /** Name of the tenant that a request concerns. */
  readonly tenantOf: (received: Received) => string | undefined;
  readonly handle: Handler;
  /** Called once per request, after its answer; status 0 when the connection was dropped. */
  readonly done: (exchange: Exchange, status: number) => void;
  /** Number of the next request. */
  readonly nextSequence: () => number;
}

/**
 * Starts to listen.
 * @throws the listen error (`EADDRINUSE`, …) as Node.js gives it
 */
export async function startWebServer(options: WebServerOptions): Promise<WebServer> {
  const server = createServer((request, response) => {
    // Errors here are mistakes of the simulator itself: say so to the client rather than hang.
    serve(request, response, options).catch((error: unknown) => {
      response.destroy(error instanceof Error ? error : undefined);
    });
  });
  server.keepAliveTimeout = 60_000;
  await once(server.listen(options.port, options.host), 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  options: WebServerOptions,
): Promise<void> {
  const body = await readBody(request);
  const url = addressOf(request.url ?? '/');
  // A client that joins a base and a path with a slash too many is understood (contract §11.3: NicePy does).
  const path = url.pathname.replace(/\/{2,}/g, '/');
  const received: Received = {
    method: request.method ?? 'GET',
    path,
    family: options.familyOf(path),
    parameters: createParameters(url.searchParams),
    headers: request.headers,
    body: body ?? '',
    now: options.clock(),
    sequence: options.nextSequence(),
  };
  const exchange: Exchange = { ...received, tenant: options.tenantOf(received), firing: new Map() };
  const reply = body === undefined ? empty(413) : await answer(options.handle, exchange);
  const isCut = !(await send(reply, response)) && reply.cutAt === 0;
  options.done(exchange, isCut ? 0 : reply.status);
}

/** The address asked for; a target that begins with two slashes is a path, too, and no host. */
function addressOf(target: string): URL {
  return new URL(target.startsWith('/') ? `http://simulator${target}` : target, 'http://simulator');
}

async function answer(handle: Handler, exchange: Exchange): Promise<Awaited<ReturnType<Handler>>> {
  try {
    return await handle(exchange);
  } catch (error) {
    return empty(500, { icStatusDescription: error instanceof Error ? error.name : 'Error' });
  }
}

async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > largestBody) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}
