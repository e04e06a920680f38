import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { tsToMs } from '@temporalio/common/lib/time';
import type { temporal } from '@temporalio/proto';
import { Command } from 'commander';
import { Client as PostgresClient } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { wholeNumber } from '../client/command/flags';
import { createOutput } from '../client/command/output';
import { type Simulator, startSimulator } from '../simulator';
import type { extractDataset } from '../workflows';
import { extractId } from '../workflows/ids';
import { taskQueues } from '../workflows/task-queues';
import { type ProcessUse, useOf } from './process-use';
import { factsOf, report as reportFigures, run } from './program';
import { type BenchStand, startBenchStand } from './stand';
import { tableOf } from './table';
import { tokenOf } from './token';

interface Flags {
  readonly contacts: number;
  readonly json?: boolean;
}

/** One way to load the file of a day, measured. Memory in bytes. */
interface Row {
  readonly name: string;
  readonly rows: number;
  readonly ms: number;
  readonly use: ProcessUse | null;
}

const now = Date.parse('2025-03-20T12:00:00Z');
const day = { from: '2025-03-10', to: '2025-03-11' };
const key = { tenant: 'bench', dataset: 'interaction-metadata' as const, ...day };

/**
 * Rows per second of an extracted day: by a worker through a real Temporal server, new and again unchanged; beside it
 * the file alone, which the simulator in this process writes while it is read, and a bare COPY of it from memory into a
 * table of text without a key. After `npm run build`: `node dist/bench/extraction.js`.
 */
async function main(): Promise<void> {
  const program = new Command('extraction')
    .description('Rows per second of an extracted day, against a bare COPY of the same file')
    .option(
      '--contacts <n>',
      'contacts of the day; a row for each segment of a phone call',
      wholeNumber(1),
      100_000,
    )
    .option('--json', 'one JSON document on stdout');
  await program.parseAsync();
  const flags = program.opts<Flags>();
  const output = createOutput(flags);
  const stand = await startBenchStand(1, (line) => output.note(line));
  const simulator = await startSimulator({
    clock: () => now,
    contactsPerDay: flags.contacts,
    extractionSpacingSeconds: 0,
  });
  try {
    output.note('a bare download, and a bare COPY …');
    const rows = [...(await byParts(simulator, await stand.createDatabase(true)))];
    const tenant = { pageSize: 5_000, extract: { interactionMetadata: true, secondsApart: 0 } };
    const worker = await stand.startWorker(await stand.createDatabase(), tenant, factsOf(stand, simulator));
    for (const name of ['worker, new rows', 'worker, the same again']) {
      output.note(`a ${name} …`);
      rows.push(await byWorker(stand, worker.pid, name));
    }
    reportFigures(output, stand, { ...flags, rows }, ['', table(rows)]);
  } finally {
    await stand.stop();
    await simulator.close();
  }
}

/** The file alone, as fast as the simulator writes it; and COPY alone, from memory. */
async function byParts(simulator: Simulator, databaseUrl: string): Promise<readonly Row[]> {
  const client = new PostgresClient({ connectionString: databaseUrl });
  await client.connect();
  try {
    // Read once before anything is timed, so that the simulator has made its data.
    await (await openFile(simulator)).text();
    const file = await openFile(simulator);
    const began = performance.now();
    const text = await file.text();
    const readMs = performance.now() - began;
    const header = text
      .slice(0, text.indexOf('\n'))
      .replace(/^\uFEFF/, '')
      .trim();
    const columns = header.split(',').map((name) => `"${name.replaceAll('"', '')}" text`);
    await client.query(`create table bare (${columns.join(', ')})`);
    const copying = performance.now();
    const copy = client.query(copyFrom('copy bare from stdin with (format csv, header)'));
    await pipeline(Readable.from([text]), copy);
    const copyMs = performance.now() - copying;
    const rows = copy.rowCount ?? 0;
    return [
      { name: 'bare download', rows, ms: readMs, use: null },
      { name: 'bare COPY from memory', rows, ms: copyMs, use: null },
    ];
  } finally {
    await client.end();
  }
}

async function openFile(simulator: Simulator): Promise<Response> {
  const jobs = `${simulator.address}/data-extraction/v1/jobs`;
  const authorization = `Bearer ${await tokenOf(simulator)}`;
  const made = await fetch(jobs, {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/json' },
    body: JSON.stringify({
      ...{ entityName: 'recording-interaction-metadata', version: '7' },
      ...{ startDate: day.from, endDate: day.from },
    }),
  });
  const id = (await made.text()).replaceAll('"', '');
  for (;;) {
    const seen = await fetch(`${jobs}/${id}`, { headers: { authorization } });
    const { jobStatus } = (await seen.json()) as {
      readonly jobStatus: { readonly result?: { readonly url?: string | null } | null };
    };
    if (typeof jobStatus.result?.url === 'string') return fetch(jobStatus.result.url);
    await delay(200);
  }
}

async function byWorker({ temporal }: BenchStand, pid: number | undefined, name: string): Promise<Row> {
  const before = await useOf(pid);
  const handle = await temporal.client.workflow.start<typeof extractDataset>('extractDataset', {
    taskQueue: taskQueues.workflows,
    workflowId: extractId(key),
    args: [{ ...key, force: true }],
  });
  const report = await handle.result();
  if (report.status !== 'complete') throw new Error(`the day is ${report.status}`);
  const ms = loadingTime((await handle.fetchHistory()).events ?? []);
  const after = await useOf(pid);
  return {
    name,
    rows: report.records,
    ms,
    use: after && before && { ...after, cpuMs: after.cpuMs - before.cpuMs },
  };
}

/** From the start of the activity that loads the file, which asks for its link first, to its end; in ms. */
function loadingTime(events: readonly temporal.api.history.v1.IHistoryEvent[]): number {
  const scheduled = events.find(
    ({ activityTaskScheduledEventAttributes: task }) => task?.activityType?.name === 'loadExtraction',
  );
  const id = String(scheduled?.eventId);
  const started = events.find(
    ({ activityTaskStartedEventAttributes: task }) => String(task?.scheduledEventId) === id,
  );
  const ended = events.find(
    ({ activityTaskCompletedEventAttributes: task }) => String(task?.scheduledEventId) === id,
  );
  return tsToMs(ended?.eventTime) - tsToMs(started?.eventTime);
}

function table(rows: readonly Row[]): string {
  const head = ['', 'rows', 'seconds', 'rows/s', 'CPU', 'peak memory'];
  const lines = rows.map(({ name, rows: count, ms, use }) => [
    name,
    String(count),
    (ms / 1_000).toFixed(1),
    (count / (ms / 1_000)).toFixed(0),
    use ? `${(use.cpuMs / 1_000).toFixed(1)} s` : '',
    use ? `${Math.round(use.peakMemory / 1e6)} MB` : '',
  ]);
  return tableOf(head, lines);
}

run(main);
