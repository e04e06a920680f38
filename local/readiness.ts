import { setTimeout as delay } from 'node:timers/promises';
import { describeExit, type ManagedProcess } from './process';

const pauseMs = 50;
const withinMs = 60_000;

/**
 * Repeats `probe` until it succeeds: the one proof that a server is ready.
 * @returns undefined then, else what is wrong: that `server` has ended, or that it did not answer within a minute.
 */
export async function untilReady(
  server: ManagedProcess,
  probe: () => Promise<unknown>,
): Promise<string | undefined> {
  const deadline = Date.now() + withinMs;
  const ended = server.exited.then((exit) => `it ${describeExit(exit)}`);
  for (;;) {
    const outcome = await Promise.race([ended, attempt(probe)]);
    if (outcome !== notYet) return outcome;
    if (Date.now() > deadline) return `no answer within ${withinMs / 1000} s`;
    await delay(pauseMs);
  }
}

const notYet = Symbol('not yet');

function attempt(probe: () => Promise<unknown>): Promise<undefined | typeof notYet> {
  return probe().then(
    () => undefined,
    // Refused, reset, "is starting up": all that matters is that it may answer later.
    () => notYet,
  );
}
