import type { InteractionMetadataTruth } from '../../simulator';
import { compareIds } from '../e2e/truth';
import { expectationOf } from './expectation';
import { type FaultSchedule, rulesAt } from './fault-schedule';
import type { TestEnvironment } from './test-environment';
import { outcomeOf, problemsOf } from './judge';
import type { Verdict } from './verdict';

/**
 * Syncs a day of interaction metadata under faults, and once more without: then it equals what the source extracts.
 * What the first run reports as complete is complete, except for rejected rows.
 */
export async function runExtraction(schedule: FaultSchedule, environment: TestEnvironment): Promise<Verdict> {
  const started = Date.now();
  const { simulator } = environment;
  const tenant = environment.tenantOf(schedule);
  simulator.journal.clear();
  simulator.setFaults(rulesAt(schedule, 0));
  const { from, to } = schedule;
  const { interactionMetadata = [] } = simulator.truth({ from, to, extraction: true });
  const compare = async (rows: 'all' | 'but rejected') =>
    compareDay(environment, tenant, interactionMetadata, rows);
  const expectation = expectationOf(schedule, { contacts: 0, calls: 0 });
  const { requestsAtMost } = expectation;
  const first = await environment.attempt({ schedule, tenant, faults: true, requestsAtMost });
  const requests = simulator.journal.count();
  const outcome = outcomeOf(first);
  const problems = problemsOf(first, expectation, simulator.canaries);
  if (outcome === 'complete') problems.push(...(await compare('but rejected')));

  simulator.setFaults([]);
  if (problems.length === 0) {
    const again = outcomeOf(
      await environment.attempt({ schedule, tenant, faults: false, requestsAtMost: 200 }),
    );
    const left = again === 'complete' ? await compare('all') : [`the day ended as ${again}`];
    problems.push(...left.map((problem) => `once all was well: ${problem}`));
  }
  const skippedMinutes = Math.round(first.skippedMinutes);
  return { schedule, outcome, problems, requests, skippedMinutes, realMs: Date.now() - started };
}

/** How the day's stored rows differ from the source's, one line each. */
async function compareDay(
  { pool }: TestEnvironment,
  tenant: string,
  truth: readonly InteractionMetadataTruth[],
  rows: 'all' | 'but rejected',
): Promise<readonly string[]> {
  const stored = await pool.query<{ segment_id: string; acd_call_id: string; status: string | null }>(
    `select segment_id, acd_call_id::text, voice_recording_status as status
     from cxone.interaction_metadata where tenant = $1 and absent_since is null`,
    [tenant],
  );
  const line = (id: string, call: unknown, status: string | null) => `${id} of ${String(call)}: ${status}`;
  const { missing, unexpected } = compareIds(
    truth.map((row) => line(row.segmentId, row.acdCallId, row.voiceRecordingStatus)),
    stored.rows.map((row) => line(row.segment_id, row.acd_call_id, row.status)),
  );
  const { rows: ledger } = await pool.query<{ status: string; records: number; rejected: number }>(
    'select status, records::int, rejected::int from cxone.extraction where tenant = $1',
    [tenant],
  );
  const { status, records, rejected } = ledger[0] ?? { status: 'no day', records: 0, rejected: 0 };
  const mayMiss = rows === 'all' ? 0 : rejected;
  return [
    ...(missing.length === mayMiss ? [] : missing.map((one) => `segment ${one} is missing`)),
    ...unexpected.map((one) => `segment ${one} is not at CXone`),
    ...(status === 'complete' ? [] : [`the ledger says ${status}`]),
    ...(records === truth.length ? [] : [`the ledger says ${records} of ${truth.length} records`]),
  ];
}
