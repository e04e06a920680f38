import { followBackfill, startBackfill } from '../../client/backfill/backfill-run';
import { activityQueues } from '../../workers/queues';
import { planBackfill } from '../../workflows/backfill/backfill-input';
import type { BackfillReport } from '../../workflows/backfill/backfill-progress';
import { backfillId } from '../../workflows/ids';
import { openTestEnvironment, type TestEnvironment, type TestWorker } from '../e2e/test-environment';
import { compareIds, storedContacts, trueContacts } from '../e2e/truth';

export interface ChaosOptions {
  /** Windows of an hour. */
  readonly windows: number;
  readonly seed: number;
  /** Workers that are killed at most. */
  readonly kills: number;
  /** Between two kills, ms: a random time from `least` to `most`. */
  readonly pauseMs: { readonly least: number; readonly most: number };
  readonly contactsPerDay: number;
  readonly concurrency: number;
  readonly log: (line: string) => void;
}

/** One run of the backfill workflow, of those that continued each other. */
export interface RunFigures {
  readonly events: number;
  readonly bytes: number;
}

export interface ChaosResult {
  readonly report: BackfillReport;
  readonly seconds: number;
  readonly kills: number;
  /** Contacts by the simulator's truth, and how what is stored differs from it. */
  readonly contacts: number;
  readonly missing: readonly string[];
  readonly unexpected: readonly string[];
  /** Requests for pages of contacts; those that had been asked before; and as many as may have been, by the kills. */
  readonly pageRequests: number;
  readonly repeated: number;
  readonly inFlightAtKills: number;
  /** How often windows were begun; more than windows when one was begun twice. */
  readonly attempts: number;
  readonly runs: readonly RunFigures[];
}

const hourMs = 3_600_000;
const workersAtATime = 2;

/**
 * Loads windows of an hour from a simulator through real servers, while the workers are killed at random (SIGKILL) and
 * replaced, and compares the end with the simulator's truth and its journal.
 */
export async function chaosBackfill(options: ChaosOptions): Promise<ChaosResult> {
  const { windows, seed, contactsPerDay, concurrency, log } = options;
  const random = mulberry32(seed);
  const to = Date.parse('2025-03-10T00:00:00Z');
  const span = { from: new Date(to - windows * hourMs).toISOString(), to: new Date(to).toISOString() };
  const environment = await openTestEnvironment({
    simulator: { seed, contactsPerDay },
    tenant: { pageSize: 10, recordings: false },
  });
  try {
    const workers: TestWorker[] = [];
    for (let n = 0; n < workersAtATime; n += 1)
      workers.push(await environment.startWorker({ LOG_LEVEL: 'info' }));
    const input = { tenant: 'acme', ...span, window: '1h', concurrency };
    const plan = planBackfill(input, new Date());
    const began = Date.now();
    const handle = await startBackfill(environment.client, input, plan);
    const ending = new AbortController();
    const isOver = (): boolean => ending.signal.aborted;
    let shown = 0;
    const end = followBackfill(environment.client, handle, (progress) => {
      if (Date.now() - shown < 15_000) return;
      shown = Date.now();
      log(`${progress.complete} of ${progress.windows} windows, ${progress.running} running`);
    }).finally(() => ending.abort());

    let kills = 0;
    while (!isOver() && kills < options.kills) {
      const { least, most } = options.pauseMs;
      await Promise.race([end, delay(least + random() * (most - least))]);
      if (isOver()) break;
      const [victim] = workers.splice(Math.floor(random() * workers.length), 1);
      process.kill(-(victim?.pid ?? 0), 'SIGKILL');
      await victim?.exited;
      kills += 1;
      log(`kill ${kills}`);
      workers.push(await environment.startWorker({ LOG_LEVEL: 'info' }));
    }
    const result = await end;
    if (!result.ok) throw new Error(`the backfill failed: ${result.code}: ${result.message}`);
    const seconds = (Date.now() - began) / 1_000;
    return {
      report: result.report,
      seconds,
      kills,
      ...(await compare(environment, span, backfillId(plan), kills)),
    };
  } finally {
    await environment.close();
  }
}

async function compare(
  environment: TestEnvironment,
  span: { readonly from: string; readonly to: string },
  workflowId: string,
  kills: number,
) {
  const truth = await trueContacts(environment, span);
  const stored = await storedContacts(environment, span);
  const asked = environment.simulator.journal
    .entries({ family: 'contacts' })
    .filter(({ query }) => Number(query['top']) > 2)
    .map(({ query }) => JSON.stringify(query));
  const api = activityQueues.find(({ activities }) => activities.includes('fetchContactPage'));
  const [attempts] = await environment.query<{ sum: string }>('select sum(attempt) from cxone.sync_window');
  return {
    contacts: truth.size,
    ...compareIds(truth.keys(), stored.keys()),
    pageRequests: asked.length,
    repeated: asked.length - new Set(asked).size,
    // A worker has no more requests under way than its queue lets it.
    inFlightAtKills: kills * (api?.concurrency ?? 0),
    attempts: Number(attempts?.sum ?? 0),
    runs: await runsOf(environment, workflowId),
  };
}

async function runsOf({ client }: TestEnvironment, workflowId: string): Promise<RunFigures[]> {
  const runs: RunFigures[] = [];
  for await (const { runId } of client.workflow.list({ query: `WorkflowId = "${workflowId}"` })) {
    const { historyLength, historySize } = await client.workflow.getHandle(workflowId, runId).describe();
    runs.push({ events: historyLength, bytes: historySize ?? 0 });
  }
  return runs.toReversed();
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Numbers from 0 to 1, the same for the same seed. */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
