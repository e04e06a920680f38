import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { wholeNumber } from '../client/command/flags';
import { createOutput } from '../client/command/output';
import { startProcess } from '../local/process';
import { type Simulator, startSimulator } from '../simulator';
import type { BareDownloads } from './bare-downloads';
import { type ProcessUse, useOf, watchUse } from './process-use';
import { factsOf, report, run, syncWindow } from './program';
import { type BenchStand, startBenchStand } from './stand';
import { tableOf } from './table';
import { tokenOf } from './token';

interface Flags {
  readonly calls: number;
  readonly kilobytes: number;
  readonly inFlight: number;
  readonly json?: boolean;
}

/** One way to fetch the files, measured. Memory in bytes. */
interface Row {
  readonly name: string;
  readonly files: number;
  readonly ms: number;
  readonly use: ProcessUse | null;
}

const now = Date.parse('2025-03-20T12:00:00Z');
const day = { from: '2025-03-10T00:00:00Z', to: '2025-03-11T00:00:00Z' };

/**
 * Recordings per second with the quota lifted: by a worker through a real Temporal server, by `curl --parallel`, and by
 * a bare fetch loop, each in a process of its own, from a simulator in this one. After `npm run build`:
 * `node dist/bench/recordings.js`.
 */
async function main(): Promise<void> {
  const program = new Command('recordings')
    .description('Recordings per second with the quota lifted, against curl --parallel and a bare fetch loop')
    .option('--calls <n>', 'contacts of the day; most are recorded calls', wholeNumber(1), 400)
    .option('--kilobytes <n>', 'size of a file', wholeNumber(1), 2_000)
    .option('--in-flight <n>', 'files at a time', wholeNumber(1), 8)
    .option('--json', 'one JSON document on stdout');
  await program.parseAsync();
  const flags = program.opts<Flags>();
  const output = createOutput(flags);
  const stand = await startBenchStand(1, (line) => output.note(line));
  const folder = mkdtempSync(join(tmpdir(), 'cxone-bench-files-'));
  const bytes = flags.kilobytes * 1_000;
  const simulator = await startSimulator({
    clock: () => now,
    mediaQuota: 'off',
    contactsPerDay: flags.calls,
    loggedShare: 1,
    urlLifetimeSeconds: 3_600,
    mediaBytes: { min: bytes, max: bytes },
  });
  try {
    const span = { from: Date.parse(day.from), to: Date.parse(day.to) };
    const { recordings = [] } = simulator.truth({ ...span, recordings: true });
    const calls = [...new Set(recordings.map(({ masterContactId }) => masterContactId))];
    const input = {
      playbackUrl: `${simulator.address}/media-playback/v1/contacts`,
      token: await tokenOf(simulator),
      ...{ calls, inFlight: flags.inFlight, folder: join(folder, 'bare') },
    };
    const rows: Row[] = [];
    output.note('curl --parallel …');
    rows.push(await byCurl(input, join(folder, 'curl'), recordings.length));
    output.note('a bare fetch loop …');
    rows.push(await byLoop(input, folder, recordings.length));
    for (const inFlight of [flags.inFlight, flags.inFlight * 4]) {
      output.note(`a worker, ${inFlight} at a time …`);
      const database = await stand.createDatabase();
      const tenant = { recordings: true, pageSize: 5_000, recordingsInFlight: inFlight };
      const worker = await stand.startWorker(database, withoutQuota(tenant), factsOf(stand, simulator));
      rows.push(await byWorker(stand, simulator, worker.pid, `worker, ${inFlight} at a time`));
      await worker.stop();
    }
    report(output, stand, { ...flags, rows }, [
      `work        ${recordings.length} files of ${flags.kilobytes} kB of ${calls.length} calls, quota lifted, ` +
        `${flags.inFlight} at a time; curl is given its links, the others look them up`,
      '',
      table(rows, bytes),
    ]);
  } finally {
    await stand.stop();
    await simulator.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function byCurl(input: BareDownloads, folder: string, files: number): Promise<Row> {
  mkdirSync(folder);
  const links = await linksOf(input);
  const config = join(folder, 'links.txt');
  const lines = links.map((url, index) => `url = "${url}"\noutput = "${join(folder, String(index))}"\n`);
  writeFileSync(config, lines.join(''));
  const limit = String(input.inFlight);
  const args = ['--silent', '--fail', '--parallel', '--parallel-max', limit, '--config', config];
  return { name: 'curl --parallel', files, ...(await runToEnd('curl', args)) };
}

async function byLoop(input: BareDownloads, folder: string, files: number): Promise<Row> {
  const settings = join(folder, 'bare.json');
  writeFileSync(settings, JSON.stringify(input));
  const script = join(__dirname, 'bare-downloads.js');
  return { name: 'bare fetch loop', files, ...(await runToEnd(process.execPath, [script, settings])) };
}

async function runToEnd(command: string, args: readonly string[]): Promise<Pick<Row, 'ms' | 'use'>> {
  const began = performance.now();
  const running = startProcess({ name: command, command, args });
  const use = watchUse(running.pid);
  const { code } = await running.exited;
  const ms = performance.now() - began;
  if (code !== 0) throw new Error(`${command} ended with ${code}: ${running.tail()}`);
  return { ms, use: use() };
}

async function byWorker(
  stand: BenchStand,
  simulator: Simulator,
  pid: number | undefined,
  name: string,
): Promise<Row> {
  simulator.journal.clear();
  const before = await useOf(pid);
  // The journal runs by the simulator's clock, which stands still: the first playback query is found by polling.
  let began = performance.now();
  let timer: NodeJS.Timeout | undefined;
  const done = await syncWindow(stand, day, () => {
    began = performance.now();
    timer = setInterval(() => {
      if (simulator.journal.count({ family: 'media' }) > 0) clearInterval(timer);
      else began = performance.now();
    }, 5);
  }).finally(() => clearInterval(timer));
  const after = await useOf(pid);
  const use = after && before && { ...after, cpuMs: after.cpuMs - before.cpuMs };
  return { name, files: done.report.recordings.stored, ms: done.ended - began, use };
}

/** The quota is lifted: no benchmark comes near this number of files. */
function withoutQuota<T extends object>(tenant: T) {
  return { ...tenant, limits: { media: { requests: 1_000_000, perSeconds: 1 } } };
}

async function linksOf({ playbackUrl, token, calls }: BareDownloads): Promise<readonly string[]> {
  const links: string[] = [];
  for (const call of calls) {
    const headers = { authorization: `Bearer ${token}`, accept: 'application/json' };
    const response = await fetch(`${playbackUrl}?acd-call-id=${call}`, { headers });
    const { interactions } = (await response.json()) as {
      readonly interactions: readonly { readonly data: { readonly fileToPlayUrl: string | null } }[];
    };
    links.push(...interactions.flatMap(({ data }) => data.fileToPlayUrl ?? []));
  }
  return links;
}

function table(rows: readonly Row[], bytes: number): string {
  const head = ['', 'files', 'files/s', 'MB/s', 'CPU', 'CPU a file', 'peak memory'];
  const lines = rows.map(({ name, files, ms, use }) => [
    name,
    String(files),
    (files / (ms / 1_000)).toFixed(0),
    ((files * bytes) / 1e3 / ms).toFixed(0),
    use ? `${(use.cpuMs / 1_000).toFixed(1)} s` : 'unknown',
    use ? `${(use.cpuMs / files).toFixed(1)} ms` : 'unknown',
    use ? `${Math.round(use.peakMemory / 1e6)} MB` : 'unknown',
  ]);
  return tableOf(head, lines);
}

run(main);
