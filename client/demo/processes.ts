import { join } from 'node:path';
import type { ManagedProcess } from '../../local/process';
import { untilReady } from '../../local/readiness';
import { CommandError, exitStatus } from '../command/exit-status';

/** The compiled command line, which is also simulator and worker. */
export const mainScript = join(__dirname, '..', 'main.js');

/** What the simulator says of itself once it listens. */
export interface SimulatorFacts {
  readonly address: string;
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
}

/**
 * Waits until a program of the demo is ready.
 *
 * @throws {CommandError} with its last output when it ends before, or is not ready within a minute.
 */
export async function untilStarted(program: ManagedProcess, probe: () => Promise<unknown>): Promise<void> {
  const problem = await untilReady(program, probe);
  if (problem === undefined) return;
  throw new CommandError(
    exitStatus.failed,
    `The ${program.name} did not start: ${problem}\n${program.tail().trim()}`,
    'StandFailed',
  );
}

/** Waits for the line in which the simulator says where it listens. */
export async function simulatorFacts(simulator: ManagedProcess): Promise<SimulatorFacts> {
  const facts = (): string => {
    const line = /^\{.*\}$/m.exec(simulator.tail())?.[0];
    if (line === undefined) throw new Error('it has not printed its addresses');
    return line;
  };
  await untilStarted(simulator, async () => facts());
  return JSON.parse(facts()) as SimulatorFacts;
}
