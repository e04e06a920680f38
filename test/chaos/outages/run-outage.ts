import { existsSync, renameSync } from 'node:fs';
import type { WorkflowHandle } from '@temporalio/client';
import { decide } from '../../../client/parked/decide';
import { searchAttributeKeys as keys } from '../../../workflows/search-attributes';
import type { TestEnvironment } from '../../e2e/test-environment';
import { expectedCodes, failuresOf } from './failures-of';
import { outageJobs } from './outage-jobs';
import type { OutageSchedule } from './outage-schedule';
import { openOutageEnvironment, type OutageEnvironment } from './outage-environment';

/** What became of a schedule; times in ms. */
export interface OutageVerdict {
  readonly schedule: OutageSchedule;
  /** `complete`, the code the run failed or parked with, or `no end`. */
  readonly outcome: string;
  readonly problems: readonly string[];
  /** The outage began before the job was done. */
  readonly hit: boolean;
  /** From the end of the outage, or from its beginning where a healthy worker goes on, to the end of the run. */
  readonly recoveredMs: number;
}

/** No run stalls longer than this after an outage (docs/architecture.md, invariant 11). */
const standsStillAtMostMs = 60_000;
/** The time of the whole job without any failure, on a busy machine. */
const workMs = 60_000;
const pollMs = 100;

/** Runs one job through real servers while a part of them fails, and compares the end with the truth. */
export async function runOutage(schedule: OutageSchedule): Promise<OutageVerdict> {
  const { outage } = schedule;
  const opened = await openOutageEnvironment(outage.kind === 'partition' && outage.side === 's3');
  try {
    return await runOn(opened, schedule);
  } finally {
    await opened.close();
  }
}

async function runOn(opened: OutageEnvironment, schedule: OutageSchedule): Promise<OutageVerdict> {
  const { environment } = opened;
  const { outage } = schedule;
  const job = outageJobs[schedule.job](opened);
  const problems: string[] = [];
  const run = watchRun(await job.start());
  while (!run.isOver() && environment.simulator.journal.count() < schedule.afterRequests) await delay(pollMs);
  // Where nothing is stored yet, a missing folder is a first start.
  while (!run.isOver() && outage.kind === 'unmounted' && !(await hasRecording(environment)))
    await delay(pollMs);
  const hit = !run.isOver();

  const began = Date.now();
  const end = beginOutage(opened, schedule);
  const goesOn = outage.kind === 'frozenWorker' || outage.kind === 'killedWorker';
  if (goesOn) {
    // With a healthy worker a run goes on while the other one is frozen.
    const still = await longestStandstill(environment, run, standsStillAtMostMs + workMs);
    if (still > standsStillAtMostMs)
      problems.push(`nothing happened for ${seconds(still)}, beside a healthy worker`);
    if (!run.isOver()) problems.push(`not over ${seconds(Date.now() - began)} after a worker stopped`);
  } else {
    await delay(outage.seconds * 1_000);
  }
  problems.push(...end());
  const healed = goesOn ? began : Date.now();
  if (outage.kind === 'unmounted') problems.push(...(await resumeParked(opened, run)));
  else if (!goesOn) problems.push(...(await standsStill(environment, run, healed)));
  await Promise.race([run.over, delay(standsStillAtMostMs + workMs)]);
  const recoveredMs = Date.now() - healed;

  const outcome = run.isOver() ? run.outcome() : await stateOf(run.handle);
  if (!run.isOver()) {
    await run.handle.terminate('took too long');
    await run.over;
  }
  if (outcome !== 'complete') problems.push(`ended as ${outcome} instead of complete`);
  else problems.push(...(await job.problems()));
  const allowed = expectedCodes(outage);
  const words = (await failuresOf(environment.client)).filter((code) => !allowed.has(code));
  problems.push(
    ...[...new Set(words)].map((code) => `a step failed with ${code}, which is not what happened`),
  );
  return { schedule, outcome, problems, hit, recoveredMs };
}

/** Begins an outage; the returned function ends it and reports what was wrong during it. */
function beginOutage(
  { proxies, workers, environment }: OutageEnvironment,
  { outage }: OutageSchedule,
): () => string[] {
  const [worker] = workers;
  const signal = (name: NodeJS.Signals): boolean => process.kill(-(worker?.pid ?? 0), name);
  const { recordingsFolder: folder, simulator } = environment;
  if (outage.kind === 'partition') {
    const proxy = proxies[outage.side];
    proxy.swallow();
    return ended(() => proxy.heal());
  }
  if (outage.kind === 'unmounted') {
    renameSync(folder, `${folder}.away`);
    return () => {
      if (existsSync(folder)) return ['a folder was made where none is mounted'];
      renameSync(`${folder}.away`, folder);
      return [];
    };
  }
  if (outage.kind === 'clock') {
    simulator.setFaults([{ name: 'clockSkew', args: { minutes: outage.minutes } }]);
    return ended(() => simulator.setFaults([]));
  }
  signal(outage.kind === 'frozenWorker' ? 'SIGSTOP' : 'SIGKILL');
  return ended(() => outage.kind === 'frozenWorker' && signal('SIGCONT'));
}

function ended(end: () => unknown): () => string[] {
  return () => {
    end();
    return [];
  };
}

/** Without its folder a run waits for an operator; one that had stored everything before is complete. */
async function resumeParked({ environment }: OutageEnvironment, run: WatchedRun): Promise<string[]> {
  const { handle } = run;
  const parked = await eventuallyTrue(
    async () => run.isOver() || (await statusOf(handle)) === 'AwaitingOperator',
    standsStillAtMostMs,
  );
  if (run.isOver()) return [];
  if (!parked) return ['neither complete nor parked without the folder of its recordings'];
  const { ok, message } = await decide(
    environment.client,
    environment.namespace,
    'resume',
    handle.workflowId,
  );
  return ok ? [] : [`resume: ${message}`];
}

async function hasRecording(environment: TestEnvironment): Promise<boolean> {
  return (await environment.query(`select from cxone.recording where status = 'stored' limit 1`)).length > 0;
}

/** A problem when nothing at all happens within a minute of the end of an outage. */
async function standsStill(environment: TestEnvironment, run: WatchedRun, since: number): Promise<string[]> {
  const before = await progressOf(environment);
  const moved = await eventuallyTrue(
    async () => run.isOver() || (await progressOf(environment)) !== before,
    since + standsStillAtMostMs - Date.now(),
  );
  return moved ? [] : [`nothing happened within ${seconds(Date.now() - since)} of the end of the outage`];
}

/** The longest time, in ms, in which nothing happened before the end of the run, or within the given time. */
async function longestStandstill(
  environment: TestEnvironment,
  run: WatchedRun,
  withinMs: number,
): Promise<number> {
  const deadline = Date.now() + withinMs;
  let [progress, since, longest] = [await progressOf(environment), Date.now(), 0];
  while (!run.isOver() && Date.now() < deadline) {
    await Promise.race([run.over, delay(500)]);
    longest = Math.max(longest, Date.now() - since);
    const next = await progressOf(environment);
    if (next !== progress) [progress, since] = [next, Date.now()];
  }
  return longest;
}

/** Changes with each request that CXone answers and each row that is stored. */
async function progressOf(environment: TestEnvironment): Promise<string> {
  const [row] = await environment.query<{ n: string }>(
    `select (select count(*) from cxone.contact) + (select count(*) from cxone.interaction_metadata)
          + (select count(*) from cxone.recording where status = 'stored') as n`,
  );
  return `${environment.simulator.journal.count()} ${row?.n}`;
}

interface WatchedRun {
  readonly handle: WorkflowHandle;
  /** Settles when the run has ended, however. */
  readonly over: Promise<void>;
  isOver(): boolean;
  outcome(): string;
}

function watchRun(handle: WorkflowHandle): WatchedRun {
  let outcome: string | undefined;
  const over = handle.result().then(
    (report: { readonly status?: string }) => {
      outcome = report.status ?? 'complete';
    },
    (error: Error & { readonly cause?: { readonly type?: string } }) => {
      outcome = error.cause?.type ?? error.message;
    },
  );
  return { handle, over, isOver: () => outcome !== undefined, outcome: () => outcome ?? 'no end' };
}

async function statusOf(handle: WorkflowHandle): Promise<string | undefined> {
  return (await handle.describe()).typedSearchAttributes.get(keys.status);
}

async function stateOf(handle: WorkflowHandle): Promise<string> {
  const { typedSearchAttributes } = await handle.describe();
  const code = typedSearchAttributes.get(keys.errorType);
  return `no end (${typedSearchAttributes.get(keys.status)}${code ? `, ${code}` : ''})`;
}

async function eventuallyTrue(condition: () => Promise<boolean>, withinMs: number): Promise<boolean> {
  const deadline = Date.now() + withinMs;
  while (!(await condition())) {
    if (Date.now() > deadline) return false;
    await delay(500);
  }
  return true;
}

function seconds(ms: number): string {
  return `${Math.round(ms / 1_000)} s`;
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
