import globalSetup from '../setup/global-setup';
import globalTeardown from '../setup/global-teardown';
import { drawSchedule } from './fault-schedule';
import { openLane } from './lane';
import { inProcessGround } from './in-process-ground';
import { runSchedule, type Verdict } from './run-schedule';
import { openSandbox } from './sandbox';
import { activityNames } from './activity-names';

const say = (text: string): void => void process.stdout.write(`${text}\n`);

function flag(name: string, otherwise: number): number {
  const at = process.argv.indexOf(`--${name}`);
  const value = at < 0 ? otherwise : Number(process.argv[at + 1]);
  if (!Number.isInteger(value) || value < 0) throw new Error(`--${name} wants a whole number`);
  return value;
}

async function main(): Promise<number> {
  const count = flag('schedules', 1_000);
  const seed = flag('seed', 1);
  const lanes = flag('lanes', 4);
  const only = flag('only', 0);
  await globalSetup();
  try {
    const seeds = only > 0 ? [only] : Array.from({ length: count }, (_, index) => seed * 100_000 + index);
    const verdicts = await inProcess(seeds, Math.min(lanes, seeds.length));
    return verdicts.some(({ problems }) => problems.length > 0) ? 1 : 0;
  } finally {
    await globalTeardown();
  }
}

async function inProcess(seeds: readonly number[], laneCount: number): Promise<readonly Verdict[]> {
  const sandbox = await openSandbox(activityNames);
  const waiting = seeds[Symbol.iterator]();
  const verdicts: Verdict[] = [];
  const work = async (): Promise<void> => {
    const lane = await openLane();
    const ground = inProcessGround(lane, sandbox);
    try {
      for (const next of waiting) {
        const verdict = await runSchedule(drawSchedule(next), ground);
        verdicts.push(verdict);
        report(verdict);
        if (verdicts.length % 50 === 0) say(`${verdicts.length} of ${seeds.length}`);
      }
    } finally {
      await lane.close();
    }
  };
  await Promise.all(Array.from({ length: laneCount }, work));
  return verdicts;
}

function report({ schedule, outcome, problems, requests, skippedMinutes, realMs }: Verdict): void {
  if (problems.length === 0 && !process.argv.includes('--verbose')) return;
  say(
    `${problems.length > 0 ? 'WRONG ' : ''}seed ${schedule.seed}: ${outcome}, ${requests} requests, ${skippedMinutes} virtual min, ${realMs} ms, page ${schedule.pageSize}`,
  );
  for (const { label } of schedule.faults) say(`    ${label}`);
  for (const problem of problems.slice(0, 5)) say(`    ! ${problem}`);
}

main().then(
  (status) => process.exit(status),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    process.exit(1);
  },
);
