import { createServer, connect, type AddressInfo, type Socket } from 'node:net';

/** Stands between a program and a server, at loopback, and can fail as networks do. */
export interface TcpProxy {
  readonly port: number;
  /** Where connections lead to from now on: `host:port`, or a port at loopback. */
  lead(to: number | string): void;
  /**
   * Swallows every byte in both directions, without an error, a FIN or an answer, as a firewall that drops does.
   * New connections are accepted by the kernel and lead nowhere.
   */
  swallow(): void;
  /** Forwards again. Connections that lost bytes cannot be repaired: they stay silent until their ends give up. */
  heal(): void;
  /** Resets all connections. */
  reset(): void;
  close(): Promise<void>;
}

/** @param to where connections lead to: `host:port`, or a port at loopback; may be said later by `lead` */
export async function startTcpProxy(to?: number | string): Promise<TcpProxy> {
  let target = to;
  let swallows = false;
  const open = new Set<Socket>();

  const server = createServer({ allowHalfOpen: true }, (near) => {
    const keep = (socket: Socket): void => {
      open.add(socket);
      socket.on('close', () => open.delete(socket));
      // Errors of a connection are for its two ends to notice.
      socket.on('error', () => socket.destroy());
    };
    keep(near);
    if (swallows || target === undefined) {
      near.resume();
      return;
    }
    const far = connect(addressOf(target));
    keep(far);
    let lost = false;
    const forward = (from: Socket, into: Socket): void => {
      from.on('data', (bytes) => {
        lost ||= swallows;
        if (!lost && !into.write(bytes)) {
          from.pause();
          into.once('drain', () => from.resume());
        }
      });
      from.on('end', () => {
        lost ||= swallows;
        if (!lost) into.end();
      });
      from.on('close', () => {
        lost ||= swallows;
        if (!lost) into.destroy();
      });
    };
    forward(near, far);
    forward(far, near);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });

  const reset = (): void => {
    for (const socket of open) socket.resetAndDestroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    lead: (next) => (target = next),
    swallow: () => (swallows = true),
    heal: () => (swallows = false),
    reset,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of open) socket.destroy();
      await closed;
    },
  };
}

function addressOf(target: number | string): { readonly host: string; readonly port: number } {
  const [host = '', port] = typeof target === 'number' ? ['127.0.0.1', target] : target.split(':');
  return { host, port: Number(port) };
}
