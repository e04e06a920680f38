import { compareWindow } from './compare-window';
import { expectationOf } from './expectation';
import { type FaultSchedule, rulesAt, settledAt } from './fault-schedule';
import type { Attempted, TestEnvironment } from './test-environment';
import { outcomeOf, problemsOf } from './judge';
import { runExtraction } from './run-extraction';
import { runLive } from './run-live';
import type { Verdict } from './verdict';
import { type TrueContact, windowTruth, type WindowTruth } from './window-truth';

const movers: ReadonlySet<string> = new Set(['insertLate', 'removeRows', 'updateRows']);
/** A window that used up its re-reads kept changing: then nothing is concluded from rows that are not shown. */
const rereadsAtMost = 3;

/** Runs one schedule and compares what is stored with what the source holds. */
export async function runSchedule(schedule: FaultSchedule, environment: TestEnvironment): Promise<Verdict> {
  if (schedule.job === 'extraction') return runExtraction(schedule, environment);
  return schedule.job === 'live' ? runLive(schedule, environment) : runWindow(schedule, environment);
}

/**
 * Runs one window and compares what is stored with what the source holds. When the faults are over the window is run
 * once more, which must repair whatever the first run left.
 */
async function runWindow(drawn: FaultSchedule, environment: TestEnvironment): Promise<Verdict> {
  const started = Date.now();
  const schedule = settledAt(drawn, environment.now());
  const { simulator } = environment;
  const tenant = environment.tenantOf(schedule);
  const rowsMove = schedule.faults.some(({ name }) => movers.has(name));
  const wrongCredentials = schedule.faults.some(({ credentials }) => credentials !== undefined);
  simulator.journal.clear();
  // Spoilt records are a property of the data, so the truth is asked for under the faults.
  simulator.setFaults(rulesAt(schedule, 0));
  const before = await windowTruth(simulator, schedule);
  // By update an answer has a body also where the window is empty: it shows what changed since.
  const shown = schedule.by === 'start' ? before.contacts.size : Number.POSITIVE_INFINITY;
  const expectation = expectationOf(schedule, { contacts: shown, calls: before.calls });
  const seen: WindowTruth[] = [before];
  const look = async (): Promise<void> => void seen.push(await windowTruth(simulator, schedule));

  const first = await environment.attempt({
    ...{ schedule, tenant, faults: true, requestsAtMost: expectation.requestsAtMost },
    onContacts: rowsMove ? look : undefined,
  });
  const requests = simulator.journal.count();
  const outcome = outcomeOf(first);
  const problems = problemsOf(first, expectation, simulator.canaries);
  const { lost } = expectation;
  // Where the source could not be compared during the run, what moved is left to the second run.
  if (outcome === 'complete' && !(rowsMove && seen.length < 3)) {
    const { rereads, status } = reportOf(first);
    // What the last reading of the list could no longer show belongs to the next run.
    const truth = rowsMove ? (seen.at(-2) ?? before) : await windowTruth(simulator, schedule);
    const found = { truth, earlier: statesOf(seen), tombstones: rereads < rereadsAtMost, lost };
    problems.push(...(await compare(environment, schedule, tenant, found)));
    if (status !== 'complete') problems.push(`the ledger says ${status}`);
  }

  // Spoilt records stay as they are; everything else is over.
  simulator.setFaults(rulesAt(schedule, 0).filter(({ name }) => name === 'badRecords'));
  const unsettled = outcome !== 'complete' || rowsMove || lost.length > 0;
  if (problems.length === 0 && unsettled && (environment.mendsCredentials || !wrongCredentials)) {
    const again = await environment.attempt({ schedule, tenant, faults: false, requestsAtMost: 1_500 });
    const second = outcomeOf(again);
    if (second === 'complete') {
      const truth = await windowTruth(simulator, schedule);
      // An old call without a recording when it was looked up is not looked up again.
      const found = {
        truth,
        earlier: new Map(),
        tombstones: true,
        lost: environment.mendsRecordings ? lost.filter((one) => one === 'absent') : lost,
      };
      const left = await compare(environment, schedule, tenant, found);
      problems.push(...left.map((problem) => `once all was well: ${problem}`));
    } else {
      problems.push(`once all was well, the window ended as ${second}`);
    }
  }
  simulator.setFaults([]);
  const skippedMinutes = Math.round(first.skippedMinutes);
  return { schedule, outcome, problems, requests, skippedMinutes, realMs: Date.now() - started };
}

async function compare(
  { pool, folder }: TestEnvironment,
  schedule: FaultSchedule,
  tenant: string,
  found: Pick<Parameters<typeof compareWindow>[0], 'truth' | 'earlier' | 'tombstones' | 'lost'>,
): Promise<readonly string[]> {
  const agentsHidden = schedule.faults.some(({ name }) => name === 'hiddenAgents');
  return compareWindow({ pool, folder, tenant, window: schedule, agentsHidden, ...found });
}

/** All states in which each contact was to be read. */
function statesOf(seen: readonly WindowTruth[]): ReadonlyMap<string, readonly TrueContact[]> {
  const states = new Map<string, TrueContact[]>();
  for (const { contacts } of seen) {
    for (const [id, contact] of contacts) states.set(id, [...(states.get(id) ?? []), contact]);
  }
  return states;
}

/** The report of a run, as far as it is looked at here. */
function reportOf({ end }: Attempted): { readonly status: string; readonly rereads: number } {
  return end?.ok ? (end.result as { status: string; rereads: number }) : { status: '', rereads: 0 };
}
