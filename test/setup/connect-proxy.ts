import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { Certificate } from './certificates';

/** An HTTP proxy at loopback, as companies have them between their machines and the Internet. */
export interface ConnectProxy {
  readonly port: number;
  /** `host:port` of every CONNECT, in order. */
  readonly asked: string[];
  close(): Promise<void>;
}

export interface ConnectProxyOptions {
  /** Which port at loopback a `host:port` is behind the proxy; others are refused with 502. */
  readonly routes: Readonly<Record<string, number>>;
  /** Answered to all requests instead of connecting them. */
  readonly refuseWith?: number;
  /** `user:password` without which a request is refused (407). */
  readonly login?: string;
  /** Takes connections and says nothing. */
  readonly silent?: boolean;
  /** Speaks TLS itself. */
  readonly certificate?: Certificate;
}

/** Nothing but CONNECT: any other request is answered 405. */
export async function startConnectProxy(options: ConnectProxyOptions): Promise<ConnectProxy> {
  const { routes, refuseWith, login, silent, certificate } = options;
  const asked: string[] = [];
  const open = new Set<Socket>();
  const server = certificate ? createHttpsServer(certificate) : createHttpServer();
  server.on('connection', (socket: Socket) => {
    open.add(socket.once('close', () => open.delete(socket)));
    socket.on('error', () => socket.destroy());
  });
  server.on('request', (_request, response) => response.writeHead(405).end());
  server.on('connect', (request, near: Socket, head: Buffer) => {
    const target = request.url ?? '';
    asked.push(target);
    if (silent) return;
    near.on('error', () => near.destroy());
    const wanted = login && `Basic ${Buffer.from(login).toString('base64')}`;
    const allowed = login === undefined || request.headers['proxy-authorization'] === wanted;
    const status = allowed ? (refuseWith ?? (routes[target] === undefined ? 502 : 200)) : 407;
    if (status !== 200) {
      near.end(`HTTP/1.1 ${status} No\r\nContent-Length: 2\r\n\r\nno`);
      return;
    }
    const far = connect(routes[target] ?? 0, '127.0.0.1', () => {
      near.write('HTTP/1.1 200 Connection established\r\n\r\n');
      far.write(head);
      near.pipe(far).pipe(near);
    });
    far.on('error', () => near.destroy());
    far.on('close', () => near.destroy());
    near.on('close', () => far.destroy());
  });
  const port = await listen(server);
  return { port, asked, close: () => closeAll(server, open) };
}

/** Speaks TLS for a server at loopback that does not. @returns its port, and how to end it */
export async function startTlsFront(certificate: Certificate, to: number) {
  const open = new Set<Socket>();
  const server = createTlsServer(certificate, (near) => {
    const far = connect(to, '127.0.0.1');
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      one.on('error', () => one.destroy()).on('close', () => other.destroy());
      one.pipe(other);
    }
  });
  server.on('connection', (socket: Socket) => void open.add(socket.once('close', () => open.delete(socket))));
  return { port: await listen(server), close: () => closeAll(server, open) };
}

interface Listening {
  listen(port: number, host: string, listening: () => void): unknown;
  address(): AddressInfo | string | null;
  close(closed: () => void): unknown;
}

async function listen(server: Listening): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

async function closeAll(server: Listening, open: ReadonlySet<Socket>): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(resolve));
  for (const socket of open) socket.destroy();
  await closed;
}
