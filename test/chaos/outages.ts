import { Command } from 'commander';
import { wholeNumber } from '../../client/command/flags';
import globalSetup from '../setup/global-setup';
import globalTeardown from '../setup/global-teardown';
import { openChaosJournal } from './chaos-journal';
import { describeOutage, drawOutage } from './outages/outage-schedule';
import { type OutageVerdict, runOutage } from './outages/run-outage';

interface Flags {
  readonly schedules: number;
  readonly seed: number;
  readonly only?: number;
  readonly lanes: number;
  readonly fresh?: true;
}

const say = (text: string): void => void process.stdout.write(`${text}\n`);

/**
 * `npm run chaos:outages`, after `npm run build`: jobs through real servers and worker processes while a part of them
 * fails. What was run before with the same seed is not run again: an interrupted command continues where it stopped.
 */
async function main(): Promise<boolean> {
  const program = new Command('chaos:outages')
    .description(
      'Partitions, frozen and killed workers, an unmounted folder and wrong clocks, under real jobs',
    )
    .option('--schedules <n>', 'how many', wholeNumber(1, 100_000), 60)
    .option('--seed <n>', 'of what is drawn', wholeNumber(0), 1)
    .option('--only <n>', 'the number of one schedule, as it is printed', wholeNumber(0))
    .option('--lanes <n>', 'schedules at a time', wholeNumber(1, 32), 4)
    .option('--fresh', 'forget what was run with this seed');
  await program.parseAsync();
  const { schedules, seed, only, lanes, fresh } = program.opts<Flags>();
  const seeds =
    only === undefined ? Array.from({ length: schedules }, (_, index) => seed * 100_000 + index) : [only];
  const journal = openChaosJournal<OutageVerdict>(
    'outages',
    only === undefined ? seed : null,
    fresh === true,
  );
  const done = journal.entries().filter(({ schedule }) => seeds.includes(schedule.seed));
  const open = seeds.filter((one) => done.every(({ schedule }) => schedule.seed !== one));
  const waiting = open[Symbol.iterator]();
  if (done.length > 0) say(`${done.length} of ${seeds.length} were run before (${journal.file})`);

  const verdicts = [...done];
  await globalSetup();
  try {
    const worker = async (): Promise<void> => {
      for (const one of waiting) {
        const verdict = await runOutage(drawOutage(one));
        verdicts.push(verdict);
        journal.add(verdict);
        say(describeVerdict(verdict));
      }
    };
    await Promise.all(Array.from({ length: lanes }, worker));
  } finally {
    await globalTeardown();
  }
  return summarise(verdicts);
}

function describeVerdict({ schedule, outcome, problems, hit, recoveredMs }: OutageVerdict): string {
  const mark = problems.length > 0 ? 'WRONG: ' : '';
  return [
    `${mark}${schedule.seed} ${describeOutage(schedule)}: ${outcome}, ` +
      `${(recoveredMs / 1_000).toFixed(1)} s after${hit ? '' : ' (was done before the outage)'}`,
    ...problems.slice(0, 5).map((problem) => `    ! ${problem}`),
  ].join('\n');
}

function summarise(verdicts: readonly OutageVerdict[]): boolean {
  const kinds = new Map<string, OutageVerdict[]>();
  for (const verdict of verdicts) {
    const { outage } = verdict.schedule;
    const kind = outage.kind === 'partition' ? `partition of ${outage.side}` : outage.kind;
    kinds.set(kind, [...(kinds.get(kind) ?? []), verdict]);
  }
  say(
    `\n${'outage'.padEnd(24)}${'runs'.padStart(6)}${'hit'.padStart(6)}${'slowest'.padStart(10)}${'wrong'.padStart(7)}`,
  );
  for (const [kind, of] of [...kinds].toSorted(([one], [other]) => one.localeCompare(other))) {
    const slowest = Math.max(...of.map(({ recoveredMs }) => recoveredMs)) / 1_000;
    const cells = [
      String(of.length).padStart(6),
      String(of.filter(({ hit }) => hit).length).padStart(6),
      `${slowest.toFixed(1)} s`.padStart(10),
      String(of.filter(({ problems }) => problems.length > 0).length).padStart(7),
    ];
    say(`${kind.padEnd(24)}${cells.join('')}`);
  }
  return verdicts.every(({ problems }) => problems.length === 0);
}

main().then(
  (right) => process.exit(right ? 0 : 1),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    process.exit(1);
  },
);
