import globalSetup from '../setup/global-setup';
import globalTeardown from '../setup/global-teardown';
import { activityNames } from './activity-names';
import { openChaosJournal } from './chaos-journal';
import { drawSchedule, type FaultSchedule } from './fault-schedule';
import type { TestEnvironment } from './test-environment';
import { inProcessEnvironment } from './in-process-environment';
import { openChaosParts } from './chaos-parts';
import { runSchedule } from './run-schedule';
import { openSandbox } from './sandbox';
import { describeVerdict, scoreCard } from './score-card';
import { openServerEnvironment } from './server-environment';
import type { Verdict } from './verdict';

/**
 * `npm run chaos:faults -- [--schedules 1000] [--seed N] [--only SEED] [--by start|update] [--through-server N]
 * [--lanes N] [--fresh] [--verbose]`: draws fault schedules and runs them, most of them in this process, the first ones
 * of the seed also through a real Temporal server. With `--by` all windows are read in that way. What was run before with
 * the same seed is not run again without `--fresh`: an interrupted command continues where it stopped. Ends with 1
 * and the seeds when a schedule did not end as it must.
 */
const usage =
  'npm run chaos:faults -- [--schedules N] [--seed N] [--only SEED] [--by start|update] [--through-server N] ' +
  '[--lanes N] [--fresh] [--verbose]';

const say = (text: string): void => void process.stdout.write(`${text}\n`);
const verbose = process.argv.includes('--verbose');
const byFlag = process.argv.indexOf('--by');
const by = byFlag < 0 ? undefined : process.argv[byFlag + 1];

function draw(seed: number, patience: boolean): FaultSchedule {
  const schedule = drawSchedule(seed, patience);
  return by === 'start' || by === 'update' ? { ...schedule, by } : schedule;
}

function flag(name: string, otherwise: number): number {
  const at = process.argv.indexOf(`--${name}`);
  const value = at < 0 ? otherwise : Number(process.argv[at + 1]);
  if (!Number.isInteger(value) || value < 0) throw new Error(`--${name} wants a whole number. ${usage}`);
  return value;
}

const seedsFrom = (seed: number, count: number): readonly number[] =>
  Array.from({ length: count }, (_, index) => seed * 100_000 + index);

type Work = (environment: TestEnvironment) => Promise<void>;

/** Runs schedules side by side, each worker on an environment of its own, but for those that the journal has. */
async function runAll(
  name: string,
  schedules: readonly FaultSchedule[],
  lanes: number,
  onEnvironment: (work: Work) => Promise<void>,
): Promise<readonly Verdict[]> {
  const fresh = process.argv.includes('--fresh');
  const seed = process.argv.includes('--only') ? null : flag('seed', 1);
  const journal = openChaosJournal<Verdict>(`${name}${by === undefined ? '' : `-${by}`}`, seed, fresh);
  const wanted = new Set(schedules.map((schedule) => schedule.seed));
  const verdicts = journal.entries().filter(({ schedule }) => wanted.has(schedule.seed));
  if (verdicts.length > 0) say(`${verdicts.length} of ${schedules.length} were run before (${journal.file})`);
  const done = new Set(verdicts.map(({ schedule }) => schedule.seed));
  const open = schedules.filter((schedule) => !done.has(schedule.seed));
  const waiting = open[Symbol.iterator]();
  const work: Work = async (environment) => {
    for (const schedule of waiting) {
      const verdict = await runSchedule(schedule, environment);
      verdicts.push(verdict);
      journal.add(verdict);
      if (verbose || verdict.problems.length > 0) say(describeVerdict(verdict));
      if (verdicts.length % 50 === 0) say(`${verdicts.length} of ${schedules.length}`);
    }
  };
  const count = Math.min(lanes, open.length);
  await Promise.all(Array.from({ length: count }, async () => onEnvironment(work)));
  return verdicts;
}

async function inProcess(seeds: readonly number[], lanes: number): Promise<readonly Verdict[]> {
  if (seeds.length === 0) return [];
  const sandbox = openSandbox(activityNames);
  const schedules = seeds.map((seed) => draw(seed, true));
  return runAll('faults', schedules, lanes, async (work) => {
    const parts = await openChaosParts();
    try {
      await work(inProcessEnvironment(parts, sandbox));
    } finally {
      await parts.close();
    }
  });
}

async function throughServer(seeds: readonly number[], lanes: number): Promise<readonly Verdict[]> {
  if (seeds.length === 0) return [];
  const schedules = seeds.map((seed) => draw(seed, false));
  return runAll('faults-through-server', schedules, lanes, async (work) => {
    const environment = await openServerEnvironment(schedules);
    try {
      await work(environment);
    } finally {
      await environment.close();
    }
  });
}

function report(title: string, verdicts: readonly Verdict[], startedAt: number): void {
  if (verdicts.length === 0) return;
  const seconds = Math.round((Date.now() - startedAt) / 1_000);
  const requests = verdicts.reduce((sum, one) => sum + one.requests, 0);
  say(
    `\n${title}: ${verdicts.length} schedules in ${seconds} s, ${requests} requests\n\n${scoreCard(verdicts)}`,
  );
  const wrong = verdicts.filter(({ problems }) => problems.length > 0);
  if (wrong.length > 0) say(`\nwrong: ${wrong.map(({ schedule }) => schedule.seed).join(', ')}`);
}

async function main(): Promise<number> {
  const seed = flag('seed', 1);
  const only = flag('only', 0);
  const real = flag('through-server', 0);
  const lanes = flag('lanes', 4);
  const seeds = only > 0 ? [only] : seedsFrom(seed, flag('schedules', 1_000));
  await globalSetup();
  try {
    let startedAt = Date.now();
    const virtual = await inProcess(seeds, lanes);
    report('In this process', virtual, startedAt);
    startedAt = Date.now();
    const served = await throughServer(only > 0 && real > 0 ? [only] : seedsFrom(seed, real), lanes);
    report('Through a Temporal server', served, startedAt);
    return [...virtual, ...served].some(({ problems }) => problems.length > 0) ? 1 : 0;
  } finally {
    await globalTeardown();
  }
}

main().then(
  (status) => process.exit(status),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    process.exit(1);
  },
);
