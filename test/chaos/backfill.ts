import { Command } from 'commander';
import { wholeNumber } from '../../client/command/flags';
import globalSetup from '../setup/global-setup';
import globalTeardown from '../setup/global-teardown';
import { chaosBackfill, type ChaosResult } from './backfill-chaos';

interface Flags {
  readonly windows: number;
  readonly seed: number;
  readonly kills: number;
  readonly every: number;
  readonly contactsPerDay: number;
  readonly concurrency: number;
}

const log = (line: string): void =>
  void process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${line}\n`);

/** `npm run chaos:backfill`: after `npm run build`; prints figures, and ends with status 1 when something is wrong. */
async function main(): Promise<boolean> {
  const program = new Command('chaos:backfill')
    .description('A backfill whose workers are killed at random, compared with the truth')
    .option('--windows <n>', 'windows of an hour', wholeNumber(1, 10_000), 1_000)
    .option('--seed <n>', 'of the data and of the kills', wholeNumber(0), 1)
    .option('--kills <n>', 'workers killed at most', wholeNumber(0), 1_000)
    .option('--every <seconds>', 'about so long between two kills', wholeNumber(1), 40)
    .option('--contacts-per-day <n>', 'contacts of a day', wholeNumber(1), 480)
    .option('--concurrency <n>', 'windows at a time', wholeNumber(1, 32), 8);
  await program.parseAsync();
  const { every, ...flags } = program.opts<Flags>();
  await globalSetup();
  try {
    const pauseMs = { least: every * 500, most: every * 1_500 };
    return print(await chaosBackfill({ ...flags, pauseMs, log }));
  } finally {
    await globalTeardown();
  }
}

function print(result: ChaosResult): boolean {
  const { report, runs } = result;
  const right =
    report.status === 'complete' &&
    result.missing.length + result.unexpected.length === 0 &&
    result.repeated <= result.inFlightAtKills;
  const most = (of: 'events' | 'bytes'): number => Math.max(...runs.map((run) => run[of]));
  const lines = [
    `windows     ${report.complete} of ${report.windows} complete, ${report.failedWindows} failed, in ${Math.round(result.seconds)} s`,
    `kills       ${result.kills} workers by SIGKILL`,
    `contacts    ${result.contacts} by the simulator's truth; ${result.missing.length} missing, ${result.unexpected.length} unexpected`,
    `pages       ${result.pageRequests} requests, ${result.repeated} of them repeated (at most ${result.inFlightAtKills} were under way at kills)`,
    `attempts    ${result.attempts} of ${report.windows} windows`,
    `history     ${runs.length} runs of the parent; the longest ${most('events')} events, the largest ${most('bytes')} bytes`,
    ...runs.map(({ events, bytes }, index) => `  run ${index + 1}     ${events} events, ${bytes} bytes`),
    right ? 'right' : 'WRONG',
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
  return right;
}

main().then(
  (right) => process.exit(right ? 0 : 1),
  (error: unknown) => {
    log(error instanceof Error ? (error.stack ?? error.message) : String(error));
    process.exit(1);
  },
);
