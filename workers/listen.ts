import { createServer } from 'node:net';
import type { Logger } from 'pino';
import { SettingsError } from '../config';

/** A host and a port; port 0 means any free one. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** An address of the settings. */
export interface WantedAddress extends Address {
  /** Set by an operator, who expects the worker there; false for the default. */
  readonly isSet: boolean;
}

const settings = { health: 'HEALTH_ADDRESS', metrics: 'METRICS_ADDRESS' } as const;

/**
 * Decides the port a worker listens on. A default port that is taken, by a second worker on the host for example, is a
 * warning and another port, not a crash. A port that was set and is taken is an error: the monitor or supervisor that
 * relies on it would go on asking the process that has it, which may be a worker that was thought to be gone.
 *
 * @param purpose what listens there.
 * @param own a port that this process has chosen and does not listen on yet: as good as taken.
 * @throws SettingsError when an address that was set cannot be listened on.
 */
export async function chooseAddress(
  wanted: WantedAddress,
  purpose: keyof typeof settings,
  logger: Logger,
  own?: number,
): Promise<Address> {
  const { host, port } = wanted;
  const free = port !== 0 && port === own ? 'EADDRINUSE' : await tryPort(host, port);
  if (typeof free === 'number') return { host, port: free };
  if (wanted.isSet) throw refused(settings[purpose], wanted, free);
  const other = await tryPort(host, 0);
  if (typeof other !== 'number') throw new Error(`cannot listen on ${host} for ${purpose} (${other})`);
  logger.warn({ purpose, wanted: port, port: other }, 'the port is taken; listening on another one');
  return { host, port: other };
}

function refused(name: string, { host, port }: Address, code: string): SettingsError {
  const place = `${host}:${port}`;
  const taken = code === 'EADDRINUSE';
  return new SettingsError([
    {
      name,
      problem: taken
        ? `is ${place}, which is taken (${code})`
        : `is ${place}, which cannot be listened on (${code})`,
      expected: 'an address of this machine with a port that is free',
      remedy: taken
        ? 'Look whether a worker still runs there, choose another port, or 0 for any free one.'
        : `Change ${name}.`,
    },
  ]);
}

/** The port, free again; the system's code when it cannot be had. */
function tryPort(host: string, port: number): Promise<number | string> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'no reason known'));
    probe.listen(port, host, () => {
      const address = probe.address();
      const found = typeof address === 'object' && address !== null ? address.port : 'no port';
      probe.close(() => resolve(found));
    });
  });
}
