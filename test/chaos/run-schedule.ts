import type { Activities } from '../../activities';
import { compareWindow } from './compare-window';
import { type Expectation, expectationOf } from './expectation';
import { type FaultSchedule, rulesAt } from './fault-schedule';
import { inProcessTemporal, type RunEnd } from './in-process-temporal';
import type { Lane } from './lane';
import { createRecordedHistory } from './recorded-history';
import type { WorkflowSandbox } from './sandbox';
import type { VirtualClock } from './virtual-clock';
import { type TrueContact, windowTruth, type WindowTruth } from './window-truth';

/** What became of a schedule. */
export interface Verdict {
  readonly schedule: FaultSchedule;
  /** `complete`, or the code the run failed with. */
  readonly outcome: string;
  /** What is wrong with that; nothing when the schedule came to what it must. */
  readonly problems: readonly string[];
  readonly requests: number;
  readonly virtualMinutes: number;
  readonly realMs: number;
}

/** The report of a run, as far as it is looked at here. */
export interface Report {
  readonly status: string;
  readonly rereads: number;
  readonly expected: number;
  readonly fetched: number;
}

const virtualDaysAtMost = 3;

/**
 * Runs one schedule in this process: our workflows in the SDK's sandbox, our activities, store and client, a simulated
 * CXone with the schedule's faults. Then compares what is stored with what the source holds, and when the faults are
 * over runs the window once more, which must mend whatever the first run left.
 */
export async function runSchedule(
  schedule: FaultSchedule,
  lane: Lane,
  sandbox: WorkflowSandbox,
): Promise<Verdict> {
  const started = Date.now();
  const tenant = `t${schedule.seed}-${(runs += 1)}`;
  const { simulator } = lane;
  const clock = lane.nextClock();
  const skippedBefore = clock.skipped();
  simulator.setFaults([]);
  simulator.journal.clear();
  const rowsMove = schedule.faults.some(({ name }) => movers.has(name));
  // Spoilt records are a property of the data, so the truth is asked for under the faults.
  simulator.setFaults(rulesAt(schedule, 0));
  const before = await windowTruth(simulator, schedule);
  const expectation = expectationOf(schedule, before.calls);
  const problems: string[] = [];
  const earlier = new Map<string, TrueContact[]>();
  const snapshots: WindowTruth[] = [before];
  const history = createRecordedHistory();

  const first = await attempt({
    ...{ lane, sandbox, schedule, tenant, clock, history },
    faults: true,
    requestsAtMost: expectation.requestsAtMost,
    onContacts: rowsMove
      ? async () => void snapshots.push(await windowTruth(simulator, schedule))
      : undefined,
  });
  const requests = simulator.journal.count();
  const outcome = first.hang ?? outcomeOf(first.end);
  problems.push(...judge(outcome, expectation));
  // What the last look at the list could not show any more is the next run's.
  const truth = rowsMove ? (snapshots.at(-2) ?? before) : await windowTruth(simulator, schedule);
  for (const snapshot of snapshots) {
    for (const [id, contact] of snapshot.contacts) earlier.set(id, [...(earlier.get(id) ?? []), contact]);
  }
  const scene = { pool: lane.pool, folder: lane.folder, tenant, window: schedule };
  const agentsHidden = schedule.faults.some(({ name }) => name === 'hiddenAgents');
  if (first.end?.ok) {
    const report = first.end.result as Report;
    const tombstones = report.rereads < 3;
    const { lost } = expectation;
    problems.push(...(await compareWindow({ ...scene, truth, earlier, tombstones, lost, agentsHidden })));
    if (report.status !== 'complete') problems.push(`the ledger says ${report.status}`);
  }
  problems.push(...leaks(history.lines, simulator.canaries));

  // The quiet run: data faults stay, everything else is over.
  const quiet = schedule.faults.flatMap(({ rules }) => rules).filter(({ name }) => name === 'badRecords');
  simulator.setFaults(quiet);
  const later = lane.nextClock();
  later.skip(3 * 3_600_000);
  if (problems.length === 0 && (outcome !== 'complete' || rowsMove || expectation.lost.length > 0)) {
    const again = await attempt({
      ...{ lane, sandbox, schedule, tenant, clock: later, history },
      faults: false,
      requestsAtMost: 1_500,
      onContacts: undefined,
    });
    const end = again.hang ?? outcomeOf(again.end);
    if (end !== 'complete') problems.push(`once all was well, the window ended as ${end}`);
    else {
      const now = await windowTruth(simulator, schedule);
      const lost = expectation.lost.includes('absent') ? ['absent'] : [];
      const healed = { ...scene, truth: now, earlier: new Map(), tombstones: true, lost, agentsHidden };
      const left = await compareWindow(healed);
      problems.push(...left.map((problem) => `once all was well: ${problem}`));
    }
  }
  simulator.setFaults([]);
  return {
    schedule,
    outcome,
    problems,
    requests,
    virtualMinutes: Math.round((clock.skipped() - skippedBefore) / 60_000),
    realMs: Date.now() - started,
  };
}

let runs = 0;
const movers: ReadonlySet<string> = new Set(['insertLate', 'removeRows', 'updateRows']);

interface Attempt {
  readonly lane: Lane;
  readonly sandbox: WorkflowSandbox;
  readonly schedule: FaultSchedule;
  readonly tenant: string;
  readonly clock: VirtualClock;
  readonly history: ReturnType<typeof createRecordedHistory>;
  readonly faults: boolean;
  readonly requestsAtMost: number;
  readonly onContacts: (() => Promise<void>) | undefined;
}

/** One run of the window, and why it never came to an end if it did not. */
async function attempt(input: Attempt): Promise<{ readonly end?: RunEnd; readonly hang?: string }> {
  const { lane, sandbox, schedule, tenant, clock, history } = input;
  const { simulator } = lane;
  const startedAt = clock.skipped();
  let requests = 0;
  let contactRequests = 0;
  let lifted = schedule.faults.every(({ forMinutes }) => forMinutes === undefined);
  let giveUp: (error: Error) => void = () => undefined;
  const endless = new Promise<never>((_, reject) => (giveUp = reject));
  endless.catch(() => undefined);

  const worker = lane.worker({
    tenant,
    clock,
    schedule,
    credentials: input.faults ? schedule.faults.find(({ credentials }) => credentials)?.credentials : undefined,
    onRequest() {
      requests += 1;
      clock.skip(20);
      const minutes = (clock.skipped() - startedAt) / 60_000;
      if (input.faults && !lifted && schedule.faults.some((one) => minutes >= (one.forMinutes ?? Infinity))) {
        lifted = true;
        simulator.setFaults(rulesAt(schedule, minutes));
      }
      if (requests > input.requestsAtMost) giveUp(new Error(`more than ${input.requestsAtMost} requests`));
      if (minutes > virtualDaysAtMost * 1_440) giveUp(new Error(`longer than ${virtualDaysAtMost} days`));
    },
  });
  const watched = watching(worker.activities, async () => {
    const seen = simulator.journal.count({ family: 'contacts' });
    if (!input.onContacts || seen === contactRequests) return;
    contactRequests = seen;
    await input.onContacts();
  });
  const temporal = inProcessTemporal({
    ...{ sandbox, clock, history },
    activities: watched,
    historyLimit: schedule.historyLimit,
  });
  const order = {
    tenant,
    from: new Date(schedule.from).toISOString(),
    to: new Date(schedule.to).toISOString(),
  };
  try {
    const run = temporal.run('syncWindow', `sync-window:${tenant}`, order);
    run.catch(() => undefined);
    return { end: await Promise.race([run, endless]) };
  } catch (error) {
    return { hang: `never ends: ${error instanceof Error ? error.message : String(error)}` };
  } finally {
    worker.close();
  }
}

/** Looks at the source after every activity that asks for contacts. */
function watching(activities: Activities, look: () => Promise<void>): Activities {
  const watched =
    <I, O>(activity: (input: I) => Promise<O>) =>
    async (input: I): Promise<O> => {
      try {
        return await activity(input);
      } finally {
        await look();
      }
    };
  return {
    ...activities,
    fetchContactPage: watched(activities.fetchContactPage),
    countContacts: watched(activities.countContacts),
  };
}

/** Complete, or the code on top of the failure. */
export function outcomeOf(end: RunEnd | undefined): string {
  if (end?.ok) return 'complete';
  const error = end?.error as { readonly type?: string } | undefined;
  return error?.type ?? 'a failure without a code';
}

/** What is wrong with the outcome, whatever the tables hold. */
export function judge(outcome: string, { mayComplete, codes }: Expectation): string[] {
  if (outcome === 'complete') return mayComplete ? [] : [`complete, but must fail with ${codes.join(' or ')}`];
  if (codes.includes(outcome)) return [];
  const wanted = [...(mayComplete ? ['complete'] : []), ...codes];
  return [`ended as ${outcome}, not as ${wanted.join(' or ')}`];
}

function leaks(lines: readonly string[], canaries: readonly string[]): string[] {
  const text = lines.join('\n');
  return canaries.filter((canary) => text.includes(canary)).map((canary) => `the history holds "${canary}"`);
}
