import { Command } from 'commander';
import { wholeNumber } from '../client/command/flags';
import { createOutput } from '../client/command/output';
import { runBareLoop, warmUp } from './bare-loop';
import { measureHistory } from './history';
import { report, run, syncWindow } from './program';
import { type BenchStand, peakMemory, startBenchStand } from './stand';
import { tableOf } from './table';

/** One page size, measured. Rates in contacts per second, memory in bytes. */
interface Row {
  readonly pageSize: number;
  readonly bare: number;
  readonly sync: number;
  readonly resync: number;
  readonly peakMemory: number | null;
  readonly events: number;
  readonly bytes: number;
  readonly largestPayload: number;
}

interface BenchFlags {
  readonly contacts: number;
  readonly pageSizes: string;
  readonly json?: boolean;
}

interface Span {
  readonly from: string;
  readonly to: string;
}

const day: Span = { from: '2026-10-01T00:00:00.000Z', to: '2026-10-02T00:00:00.000Z' };
/** Read before anything is timed: a worker runs for weeks, and a just-in-time compiler needs a second. */
const warmUpSpan: Span = { from: '2026-09-30T12:00:00.000Z', to: '2026-09-30T14:00:00.000Z' };

async function main(): Promise<void> {
  const program = new Command('bench')
    .description(
      'Contacts per second through a real Temporal server, and by a bare fetch + COPY + upsert loop',
    )
    .option('--contacts <n>', 'contacts to load', wholeNumber(1), 100_000)
    .option('--page-sizes <list>', 'page sizes to try', '1000,5000,10000')
    .option('--json', 'one JSON document on stdout');
  await program.parseAsync();
  const flags = program.opts<BenchFlags>();
  const output = createOutput(flags);
  const stand = await startBenchStand(flags.contacts, (line) => output.note(line));
  try {
    const rows: Row[] = [];
    for (const pageSize of flags.pageSizes.split(',').map(Number)) {
      output.note(`pages of ${pageSize} …`);
      rows.push(await measure(stand, pageSize));
    }
    report(output, stand, { contacts: flags.contacts, rows }, [
      `work        ${flags.contacts} contacts of one day, one window, 4 pages in flight, recordings off, both warmed up on another window`,
      '',
      table(rows),
    ]);
  } finally {
    await stand.stop();
  }
}

async function measure(stand: BenchStand, pageSize: number): Promise<Row> {
  const { simulator } = stand;
  const source = { simulator: simulator.address, credentials: simulator, pageSize };
  const bareDatabase = { databaseUrl: await stand.createDatabase(true) };
  await warmUp({ ...source, ...day, ...bareDatabase });
  await runBareLoop({ ...source, ...warmUpSpan, ...bareDatabase });
  const bare = await runBareLoop({ ...source, ...day, ...bareDatabase });

  const worker = await stand.startWorker(await stand.createDatabase(), { pageSize });
  try {
    await syncWindow(stand, warmUpSpan);
    const first = await syncWindow(stand, day);
    const history = await measureHistory(stand.temporal.client, first.workflowId);
    const again = await syncWindow(stand, day);
    return {
      pageSize,
      bare: rate(bare.contacts, bare.ms),
      sync: rateOf(first),
      resync: rateOf(again),
      peakMemory: await peakMemory(worker.pid),
      ...history,
    };
  } finally {
    await worker.stop();
  }
}

function rate(contacts: number, ms: number): number {
  return Math.round((contacts / ms) * 1000);
}

function rateOf({ report: { fetched }, began, ended }: Awaited<ReturnType<typeof syncWindow>>): number {
  return rate(fetched, ended - began);
}

function table(rows: readonly Row[]): string {
  const head = [
    'page',
    'bare loop',
    'sync',
    'ratio',
    'sync again',
    'worker peak',
    'history',
    'largest payload',
  ];
  const lines = rows.map((row) => [
    String(row.pageSize),
    `${row.bare}/s`,
    `${row.sync}/s`,
    `${Math.round((row.sync / row.bare) * 100)} %`,
    `${row.resync}/s`,
    row.peakMemory === null ? 'unknown' : `${Math.round(row.peakMemory / 1e6)} MB`,
    `${row.events} events, ${Math.round(row.bytes / 1e3)} kB`,
    `${row.largestPayload} B`,
  ]);
  return tableOf(head, lines);
}

run(main);
