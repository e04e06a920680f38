import { cpus, totalmem } from 'node:os';
import { Command } from 'commander';
import { wholeNumber } from '../client/command/flags';
import { createOutput } from '../client/command/output';
import { followWindow, startWindow } from '../client/sync/window-run';
import { parseSyncWindowInput } from '../workflows/inputs';
import { runBareLoop, warmUp } from './bare-loop';
import { measureHistory } from './history';
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
    const machine = `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, ${Math.round(totalmem() / 1e9)} GB; everything on it`;
    output.document({ machine, versions: stand.versions, contacts: flags.contacts, rows });
    output.result(`machine     ${machine}`);
    output.result(`versions    ${stand.versions}`);
    output.result(
      `work        ${flags.contacts} contacts of one day, one window, 4 pages in flight, recordings off, both warmed up on another window`,
    );
    output.result('');
    output.result(table(rows));
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
    await syncSpan(stand, warmUpSpan);
    const first = await syncSpan(stand, day);
    const history = await measureHistory(stand.temporal.client, first.workflowId);
    const again = await syncSpan(stand, day);
    return {
      pageSize,
      bare: rate(bare.contacts, bare.ms),
      sync: rate(first.contacts, first.ms),
      resync: rate(again.contacts, again.ms),
      peakMemory: await peakMemory(worker.pid),
      ...history,
    };
  } finally {
    await worker.stop();
  }
}

async function syncSpan(
  { temporal }: BenchStand,
  span: Span,
): Promise<{ contacts: number; ms: number; workflowId: string }> {
  const input = { tenant: 'bench', ...span };
  const began = performance.now();
  const handle = await startWindow(temporal.client, input, parseSyncWindowInput(input));
  const end = await followWindow(handle, () => undefined);
  const ms = performance.now() - began;
  if (!end.ok) throw new Error(`${end.code}: ${end.message}`);
  return { contacts: end.report.fetched, ms, workflowId: handle.workflowId };
}

function rate(contacts: number, ms: number): number {
  return Math.round((contacts / ms) * 1000);
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

void main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
