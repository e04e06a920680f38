import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';

const loopback = '127.0.0.1';

/** True when nothing listens on the loopback `port`. Never throws: a port one may not bind is simply not free. */
export function isPortFree(port: number): Promise<boolean> {
  return listenOnce(port).then(
    () => true,
    () => false,
  );
}

/**
 * A TCP port on 127.0.0.1 that nothing listens on: the first free one of `preferred` (0 means none), else any the
 * system offers.
 * `except` holds ports already given to a server that has not opened them yet.
 * Another process can still take the port before it is opened: a server that must start should then ask again.
 */
export async function findPort(
  preferred: readonly number[] = [],
  except: readonly number[] = [],
): Promise<number> {
  for (const port of preferred) {
    if (port !== 0 && !except.includes(port) && (await isPortFree(port))) return port;
  }
  for (;;) {
    const port = await listenOnce(0);
    if (!except.includes(port)) return port;
  }
}

async function listenOnce(port: number): Promise<number> {
  const server = createServer();
  await once(server.listen({ port, host: loopback, exclusive: true }), 'listening');
  const { port: bound } = server.address() as AddressInfo;
  await once(server.close(), 'close');
  return bound;
}
