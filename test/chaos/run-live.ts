import { compareWindow } from './compare-window';
import type { DrawnFault } from './drawn-fault';
import { expectationOf } from './expectation';
import { type FaultSchedule, rulesAt } from './fault-schedule';
import type { TestEnvironment } from './test-environment';
import { outcomeOf, problemsOf } from './judge';
import type { Verdict } from './verdict';
import { windowTruth } from './window-truth';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
/** Our own clock and a quarter of an hour are all that is left when both of CXone's are wrong. */
const aheadAtMostMs = 16 * minuteMs;
/** What a tick may leave to the next one when nothing is wrong. */
const behindAtMostMs = 5 * minuteMs;
/** The very first tick begins a day back. */
const comparedHours = 20;

/**
 * Ticks of the live sync, hours apart: two without faults, one under faults, one more. Faults cost nothing but lag: the
 * last tick has caught up, and every row that changed up to the watermark is stored as it is.
 */
export async function runLive(schedule: FaultSchedule, environment: TestEnvironment): Promise<Verdict> {
  const started = Date.now();
  const { simulator } = environment;
  const tenant = environment.tenantOf(schedule);
  const problems: string[] = [];
  const begun = environment.now() + 3 * hourMs;
  const lookAt = async (when: string, most: number): Promise<number> => {
    const mark = await watermark(environment, tenant);
    const ahead = mark - environment.now();
    if (ahead > most) problems.push(`${when}: the watermark is ${Math.round(ahead / minuteMs)} min ahead`);
    return mark;
  };
  const compare = async (when: string, to: number): Promise<void> => {
    const window = { by: 'update' as const, from: begun - comparedHours * hourMs, to };
    const truth = await windowTruth(simulator, window);
    if (truth.contacts.size < 500)
      problems.push(`${when}: only ${truth.contacts.size} contacts to compare with`);
    const agentsHidden = schedule.faults.some(({ name }) => name === 'hiddenAgents');
    const nothing = { earlier: new Map(), tombstones: false, lost: [] };
    const { pool, folder } = environment;
    const found = await compareWindow({ pool, folder, tenant, window, truth, agentsHidden, ...nothing });
    problems.push(...found.map((problem) => `${when}: ${problem}`));
  };
  const goodTick = async (when: string): Promise<void> => {
    // Spoilt records stay as they are, from the first tick on.
    simulator.setFaults(rulesAt(schedule, 0).filter(({ name }) => name === 'badRecords'));
    const tick = await environment.attempt({ schedule, tenant, faults: false, requestsAtMost: 1_500 });
    const outcome = outcomeOf(tick);
    if (outcome !== 'complete') problems.push(`${when}: a tick ended as ${outcome}`);
  };

  await goodTick('at first');
  await goodTick('at first');
  simulator.journal.clear();
  simulator.setFaults(rulesAt(schedule, 0));
  const faults = schedule.faults.map(reachedOrNot);
  const held = { contacts: Number.POSITIVE_INFINITY, calls: 0 };
  const expectation = expectationOf({ ...schedule, faults }, held);
  const { requestsAtMost } = expectation;
  const tick = await environment.attempt({ schedule, tenant, faults: true, requestsAtMost });
  const requests = simulator.journal.count();
  const outcome = outcomeOf(tick);
  problems.push(...problemsOf(tick, expectation, simulator.canaries));
  const mark = await lookAt('under faults', aheadAtMostMs);
  // What changes while it is read belongs to the next tick.
  const isStill = schedule.faults.every(({ name }) => name !== 'updateRows' && name !== 'removeRows');
  if (outcome === 'complete' && isStill)
    await compare('under faults', Math.min(mark, environment.now() - minuteMs));
  await goodTick('once all was well');
  const last = await lookAt('once all was well', 0);
  const behind = environment.now() - last;
  if (behind > behindAtMostMs)
    problems.push(`once all was well: the watermark is ${Math.round(behind / minuteMs)} min behind`);
  await compare('once all was well', last);
  simulator.setFaults([]);
  const skippedMinutes = Math.round(tick.skippedMinutes);
  return { schedule, outcome, problems, requests, skippedMinutes, realMs: Date.now() - started };
}

/** The agents of the contacts were read by the ticks before: this one asks for them only when another one is among them. */
function reachedOrNot(fault: DrawnFault): DrawnFault {
  const { outcome } = fault;
  if (outcome.kind !== 'fails' || outcome.area !== 'agents') return fault;
  return { ...fault, outcome: { kind: 'mayFail', codes: outcome.codes } };
}

/** How far changes are stored as the product reports it, epoch ms; 0 when it reports nothing. */
async function watermark({ pool }: TestEnvironment, tenant: string): Promise<number> {
  const { rows } = await pool.query<{ value: Date }>(
    `select value from cxone.watermark where tenant = $1 and stream = 'contacts'`,
    [tenant],
  );
  return rows[0]?.value.getTime() ?? 0;
}
