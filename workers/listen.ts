import { createServer } from 'node:net';
import type { Logger } from 'pino';

/** A host and a port; port 0 means any free one. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/**
 * Decides the port a worker listens on. A port that is taken, by a second worker on the host for example, is a warning
 * and another port, not a crash.
 *
 * @param purpose what listens there, for the log.
 */
export async function chooseAddress(wanted: Address, purpose: string, logger: Logger): Promise<Address> {
  const free = await tryPort(wanted.host, wanted.port);
  if (free !== null) return { host: wanted.host, port: free };
  const other = await tryPort(wanted.host, 0);
  if (other === null) throw new Error(`cannot listen on ${wanted.host} for ${purpose}`);
  logger.warn({ purpose, wanted: wanted.port, port: other }, 'the port is taken; listening on another one');
  return { host: wanted.host, port: other };
}

function tryPort(host: string, port: number): Promise<number | null> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(null));
    probe.listen(port, host, () => {
      const address = probe.address();
      const found = typeof address === 'object' && address !== null ? address.port : null;
      probe.close(() => resolve(found));
    });
  });
}
