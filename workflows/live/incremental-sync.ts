import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import {
  type ChildWorkflowHandle,
  condition,
  ParentClosePolicy,
  setHandler,
  startChild,
} from '@temporalio/workflow';
import type { Increment, Span } from '../../activities/live/types';
import { api, store } from '../activity-proxies';
import type { askAboutGap } from './ask-about-gap';
import type { backfill } from '../backfill/backfill';
import { causeOf, failRun, refuseInvalidInput } from '../failures';
import { backfillId, gapId, stamp, sweepId, syncWindowId, syncWindowSummary } from '../ids';
import { parseSyncWindowInput, parseTenantInput, type SyncWindowInput, type TenantInput } from '../inputs';
import { type ContactsSettled, contactsSettledSignal } from '../window/window-messages';
import { createTenantParking, goesOnAfterReset } from '../parking';
import { priorityOf } from '../priorities';
import { labelTenantRun, showTenantFailure, showTenantRun } from '../run-details';
import type { sweepRecordings } from '../recordings/sweep-recordings';
import type { syncWindow } from '../window/sync-window';

/** What a tick of the live sync has read. Instants are ISO 8601 in UTC. */
export interface LiveReport extends ContactsSettled {
  readonly from: string;
  readonly to: string;
  /** `skipped`: a person gave up this tick; the next one reads the same time. */
  readonly status: 'complete' | 'skipped';
}

/**
 * The live sync of a tenant, started by its schedule: what changed since the watermark, less an overlap, up to CXone's
 * own clock. A tick that was missed or failed is absorbed by the next one, which begins at the same watermark.
 *
 * It ends when the contacts are proven complete and the watermark has moved: what else its window does, a parked part
 * included, holds up no later tick. Recordings are left to `sweepRecordings`. A watermark that CXone cannot answer from
 * any more becomes a backfill by start of what lies between.
 *
 * A tick that finds nothing new ends there: no window, and a sweep only when recordings are due.
 *
 * A schedule cannot give its runs a priority, so this run sets it on all that it starts.
 *
 * @throws ApplicationFailure, non-retryable, with the code of what failed. The watermark stays where it was.
 */
export async function incrementalSync(input: TenantInput): Promise<LiveReport> {
  const { tenant } = refuseInvalidInput(() => parseTenantInput(input));
  let settled: ContactsSettled | undefined;
  let increment: Increment | undefined;
  setHandler(contactsSettledSignal, (news) => {
    settled ??= news;
  });
  const parking = createTenantParking(tenant);
  labelTenantRun(tenant);
  try {
    showTenantRun(tenant, 'asks CXone for its clock');
    const planned = await parking.run([
      async () => {
        const priority = priorityOf('live', tenant);
        const retryRefused = parking.times() > 0 || goesOnAfterReset();
        await api.authenticate.executeWithOptions({ priority }, [{ tenant, anew: retryRefused }]);
        const summary = 'since when, until when';
        increment = await api.planIncrement.executeWithOptions({ summary, priority }, [
          { tenant, looks: true },
        ]);
      },
    ]);
    if (planned === 'skipped' || !increment) {
      showTenantRun(tenant, 'this tick was skipped; the next one reads the same time', 'Incomplete');
      return { from: '', to: '', expected: 0, fetched: 0, status: 'skipped' };
    }
    const { from, to, gap, again, ask, recordings, quiet } = increment;
    if (quiet) {
      if (quiet.sweep) await startSweep(tenant);
      showTenantRun(tenant, `nothing new up to ${to}`, 'Complete');
      return { from, to, expected: quiet.unchanged, fetched: quiet.unchanged, status: 'complete' };
    }
    if (gap) await backfillGap(tenant, increment, gap);
    else if (again) await beginBackfill(tenant, again);
    else if (ask) await startGapQuestion(tenant, ask);
    const window = await readChanges(tenant, increment);
    // The window's end is its failure, when it ended before it reported its contacts complete.
    const closed = window
      .result()
      .then(({ expected, fetched, status }) => ({ expected: expected ?? 0, fetched, status }));
    closed.catch(() => undefined);
    await Promise.race([closed, condition(() => settled !== undefined)]);
    const counts: ContactsSettled = settled ?? (await closed);
    if (!settled && (await closed).status !== 'complete') {
      showTenantRun(tenant, 'its window was skipped; the next tick reads the same time', 'Incomplete');
      return { from, to, expected: counts.expected, fetched: counts.fetched, status: 'skipped' };
    }
    if (recordings) await startSweep(tenant);
    const end = counts.to ?? to;
    showTenantRun(tenant, `${counts.expected} contacts changed up to ${end}`, 'Complete');
    return { from, to: end, expected: counts.expected, fetched: counts.fetched, status: 'complete' };
  } catch (error) {
    showTenantFailure(tenant, causeOf(error));
    return failRun(error);
  }
}

/** Starts the window; it outlives this run, but is cancelled with it while it is waited for. */
async function readChanges(
  tenant: string,
  { from, to, recordings }: Increment,
): Promise<ChildWorkflowHandle<typeof syncWindow>> {
  const input: SyncWindowInput = { tenant, from, to, by: 'update', recordings: recordings ? 'later' : false };
  const window = parseSyncWindowInput(input);
  showTenantRun(tenant, `reads what changed from ${stamp(window.from)} to ${stamp(window.to)}`);
  return startChild<typeof syncWindow>('syncWindow', {
    workflowId: syncWindowId(window),
    args: [input],
    parentClosePolicy: ParentClosePolicy.ABANDON,
    priority: priorityOf('live', tenant),
    staticSummary: syncWindowSummary(window),
  });
}

async function backfillGap(tenant: string, { from }: Increment, gap: Span): Promise<void> {
  await beginBackfill(tenant, gap);
  await store.skipGap.executeWithOptions({ priority: priorityOf('live', tenant) }, [{ tenant, to: from }]);
}

/** Started and left to itself: it takes hours, and the changes since must not wait for it. */
async function beginBackfill(tenant: string, gap: Span): Promise<void> {
  await startOnce(() =>
    startChild<typeof backfill>('backfill', {
      workflowId: backfillId({ tenant, from: new Date(gap.from), to: new Date(gap.to) }),
      args: [{ tenant, ...gap, force: true }],
      parentClosePolicy: ParentClosePolicy.ABANDON,
      staticSummary: `gap of the live sync ${stamp(new Date(gap.from))} – ${stamp(new Date(gap.to))} (${tenant})`,
      priority: priorityOf('backfill', tenant),
    }),
  );
}

/** A run of its own waits for the answer: the changes since must not. */
async function startGapQuestion(tenant: string, gap: Span): Promise<void> {
  const [from, to] = [new Date(gap.from), new Date(gap.to)];
  await startOnce(() =>
    startChild<typeof askAboutGap>('askAboutGap', {
      workflowId: gapId({ tenant, from, to }),
      args: [{ tenant, ...gap }],
      parentClosePolicy: ParentClosePolicy.ABANDON,
      staticSummary: `is ${stamp(from)} – ${stamp(to)} to be read under the wider filter? (${tenant})`,
      priority: priorityOf('live', tenant),
    }),
  );
}

async function startSweep(tenant: string): Promise<void> {
  await startOnce(() =>
    startChild<typeof sweepRecordings>('sweepRecordings', {
      workflowId: sweepId(tenant),
      args: [{ tenant }],
      parentClosePolicy: ParentClosePolicy.ABANDON,
      priority: priorityOf('live', tenant),
      staticSummary: `recordings that are due (${tenant})`,
    }),
  );
}

/** One that is under way already does the same work. */
async function startOnce(start: () => Promise<unknown>): Promise<void> {
  try {
    await start();
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}
