import { join } from 'node:path';
import type { Command } from 'commander';
import type { WindowReport } from '../../activities/types';
import { openStore } from '../../store';
import { parseSyncWindowInput } from '../../workflows/inputs';
import type { Progress } from '../../workflows/window/window-state';
import { CommandError, exitStatus } from '../command/exit-status';
import { wholeNumber } from '../command/flags';
import { mapErrors } from '../command/map-errors';
import { bar, count, createOutput, duration, type Output, size } from '../command/output';
import { followWindow, startWindow } from '../sync/window-run';
import { webUiLink } from '../command/temporal';
import { compareWithTruth, countRecordings, type Finding, type RecordingTotals } from './compare';
import { openDemoFolder } from './folder';
import { type DemoEnvironment, startEnvironment } from './environment';

interface DemoFlags {
  readonly once?: boolean;
  readonly fresh?: boolean;
  readonly contactsPerDay: number;
}

interface Day {
  readonly from: Date;
  readonly to: Date;
}

const tenant = 'demo';
/** The day is cut into windows, some of which run side by side. */
const windowsOfDay = 4;
const windowsAtOnce = 2;

/** `cxone-sync demo`: everything on this machine; a simulated day is synced and compared with the truth. */
export function addDemoCommand(program: Command): void {
  program
    .command('demo')
    .description(
      'Start Temporal, PostgreSQL, a simulated CXone and a worker; sync a day; compare with the truth',
    )
    .option('--once', 'exit when done: status 0 only if the stored data equal the truth')
    .option('--fresh', 'throw away what an earlier demo left, and start over')
    .option('--contacts-per-day <n>', 'contacts of the simulated day', wholeNumber(1), 12_000)
    .action((flags: DemoFlags) => mapErrors(() => runDemo(flags, createOutput({}))));
}

async function runDemo(flags: DemoFlags, output: Output): Promise<void> {
  const path = join(process.cwd(), '.data', 'demo');
  const folder = openDemoFolder(path, flags.fresh === true);
  const interrupted = new Promise<never>((_resolve, reject) => {
    const stop = (): void => reject(new CommandError(exitStatus.interrupted, 'Stopped.', 'Interrupted'));
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
  });
  interrupted.catch(() => undefined);
  let environment: DemoEnvironment | undefined;
  try {
    output.note(
      folder.resumed
        ? `Going on with what lies in ${path}; --fresh starts over`
        : `Everything is kept in ${path}`,
    );
    const starting = startEnvironment({
      folder: path,
      fresh: flags.fresh === true,
      contactsPerDay: flags.contactsPerDay,
      note: (line) => output.note(`  ${line}`),
    });
    environment = await Promise.race([starting, interrupted]).catch(async (error: unknown) => {
      // An environment that was interrupted while it started is stopped once it is up.
      await starting.then((late) => late.stop()).catch(() => undefined);
      throw error;
    });
    const death = environment.died.then((what) => {
      throw new CommandError(
        exitStatus.failed,
        `A part of the demo ended: ${what}. See ${join(path, 'logs')}.`,
      );
    });
    death.catch(() => undefined);
    await Promise.race([showDay(environment, folder.day, flags, output), death, interrupted]);
  } finally {
    output.endProgress();
    if (environment) output.note('Stopping …');
    await environment?.stop();
    folder.release();
  }
}

async function showDay(
  environment: DemoEnvironment,
  day: Day,
  flags: DemoFlags,
  output: Output,
): Promise<void> {
  output.note(`Syncing ${day.from.toISOString().slice(0, 10)} (UTC) in ${windowsOfDay} windows …`);
  const began = Date.now();
  const reports = await syncDay(environment, day, output);
  const took = Date.now() - began;
  const store = openStore({ url: environment.postgres.url, maxConnections: 2 });
  let findings: readonly Finding[];
  let recordings: RecordingTotals;
  try {
    recordings = await countRecordings(store, tenant);
    findings = await compareWithTruth(store, environment, tenant, day);
  } finally {
    await store.close();
  }
  summarise({ environment, reports, findings, recordings, took }, output);
  const different = findings.filter((finding) => !finding.equal);
  if (flags.once) {
    if (different.length === 0) return;
    const names = different.map((finding) => finding.what).join(', ');
    throw new CommandError(
      exitStatus.incomplete,
      `The stored data differ from the truth: ${names}.`,
      'Different',
    );
  }
  output.note('');
  output.note('Serving until Ctrl-C.');
  await new Promise(() => undefined);
}

async function syncDay(
  environment: DemoEnvironment,
  day: Day,
  output: Output,
): Promise<readonly WindowReport[]> {
  const widthMs = (day.to.getTime() - day.from.getTime()) / windowsOfDay;
  const windows = Array.from({ length: windowsOfDay }, (_, index) => ({
    from: new Date(day.from.getTime() + index * widthMs).toISOString(),
    to: new Date(day.from.getTime() + (index + 1) * widthMs).toISOString(),
  }));
  const progress = new Map<string, Progress>();
  const reports: WindowReport[] = [];
  const waiting = windows[Symbol.iterator]();
  const worker = async (): Promise<void> => {
    for (const { from, to } of waiting) {
      const input = { tenant, from, to };
      const handle = await startWindow(environment.temporal.client, input, parseSyncWindowInput(input));
      output.note(
        `  window ${from} – ${to}: ${webUiLink(environment.uiUrl, environment.temporal.namespace, handle.workflowId)}`,
      );
      const end = await followWindow(handle, (now) => {
        progress.set(from, now);
        output.progress(overall(progress, reports));
      });
      if (!end.ok)
        throw new CommandError(exitStatus.failed, `${handle.workflowId}: ${end.code}: ${end.message}`);
      progress.delete(from);
      reports.push(end.report);
    }
  };
  await Promise.all(Array.from({ length: windowsAtOnce }, worker));
  return reports;
}

function overall(running: ReadonlyMap<string, Progress>, done: readonly WindowReport[]): string {
  let contacts = 0;
  let recordings = 0;
  for (const report of done) {
    contacts += report.fetched;
    recordings += report.recordings.stored;
  }
  const stages: string[] = [];
  for (const progress of running.values()) {
    contacts += progress.contacts;
    recordings += progress.recordings.stored;
    stages.push(progress.stage);
  }
  const windows = `${done.length} of ${windowsOfDay} windows`;
  return `  ${bar(done.length, windowsOfDay)} ${windows}, ${count(contacts)} contacts, ${count(recordings)} recordings (${stages.join(', ')})`;
}

interface Outcome {
  readonly environment: DemoEnvironment;
  readonly reports: readonly WindowReport[];
  readonly findings: readonly Finding[];
  readonly recordings: RecordingTotals;
  /** In ms. */
  readonly took: number;
}

function summarise({ environment, reports, findings, recordings, took }: Outcome, output: Output): void {
  const sum = (of: (report: WindowReport) => number): number =>
    reports.reduce((total, report) => total + of(report), 0);
  output.result('');
  output.result(`Synced in ${duration(took)}:`);
  output.result(
    `  contacts    ${count(sum((r) => r.expected ?? 0))} expected, ${count(sum((r) => r.fetched))} fetched: ` +
      `${count(sum((r) => r.inserted))} new, ${count(sum((r) => r.updated))} changed, ` +
      `${count(sum((r) => r.unchanged))} unchanged, ${count(sum((r) => r.rejected))} rejected`,
  );
  output.result(
    `  recordings  ${count(recordings.stored)} stored (${size(recordings.bytes)}), ` +
      `${count(recordings.pending)} not there yet, ${count(recordings.failed)} failed`,
  );
  output.result('');
  output.result('Compared with the simulator’s truth:');
  for (const { what, expected, stored, equal } of findings) {
    output.result(
      `  ${equal ? '✓' : '✗'} ${what.padEnd(11)} ${expected} expected, ${stored} stored${equal ? ', equal' : ': DIFFERENT'}`,
    );
  }
  output.result('');
  output.result(`Web UI      ${environment.uiUrl}/namespaces/${environment.temporal.namespace}/workflows`);
  output.result(`psql        ${environment.postgres.psql}`);
  output.result(`recordings  ${environment.recordingsFolder}`);
}
