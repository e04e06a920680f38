import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { executeChild, ParentClosePolicy, startChild } from '@temporalio/workflow';
import type { Increment, WindowReport } from '../activities/types';
import { api, store } from './activities';
import type { backfill } from './backfill';
import { causeOf, failRun, refuseInvalidInput } from './failures';
import { backfillId, stamp, sweepId, syncWindowId, syncWindowSummary } from './ids';
import { parseSyncWindowInput, parseTenantInput, type SyncWindowInput, type TenantInput } from './inputs';
import { priorityOf } from './priorities';
import { labelTenantRun, showTenantFailure, showTenantRun } from './progress';
import type { sweepRecordings } from './sweep-recordings';
import type { syncWindow } from './sync-window';

/**
 * The live sync of a tenant, started by its schedule: what changed since the watermark, less an overlap, up to CXone's
 * own clock. A tick that was missed or failed is absorbed by the next one, which begins at the same watermark.
 *
 * Recordings are noted and left to `sweepRecordings`, so that their quota never holds up the contacts. A watermark that
 * CXone cannot answer from any more becomes a backfill by start of what lies between.
 *
 * A schedule cannot give its runs a priority, so that whatever this run starts is told its own.
 *
 * @throws ApplicationFailure, non-retryable, with the code of what failed. The watermark stays where it was.
 */
export async function incrementalSync(input: TenantInput): Promise<WindowReport> {
  const { tenant } = refuseInvalidInput(() => parseTenantInput(input));
  labelTenantRun(tenant);
  try {
    showTenantRun(tenant, 'asks CXone for its clock');
    const increment = await api.planIncrement.executeWithOptions(
      { summary: 'since when, until when', priority: priorityOf('live', tenant) },
      [{ tenant }],
    );
    if (increment.gap) await backfillGap(tenant, increment, increment.gap);
    const report = await readChanges(tenant, increment);
    if (increment.recordings) await startSweep(tenant);
    showTenantRun(tenant, `read ${report.fetched} changed contacts up to ${increment.to}`, 'Complete');
    return report;
  } catch (error) {
    showTenantFailure(tenant, causeOf(error));
    return failRun(error);
  }
}

async function readChanges(tenant: string, { from, to, recordings }: Increment): Promise<WindowReport> {
  const input: SyncWindowInput = { tenant, from, to, by: 'update', recordings: recordings ? 'later' : false };
  const window = parseSyncWindowInput(input);
  showTenantRun(tenant, `reads what changed from ${stamp(window.from)} to ${stamp(window.to)}`);
  return executeChild<typeof syncWindow>('syncWindow', {
    workflowId: syncWindowId(window),
    args: [input],
    parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,
    priority: priorityOf('live', tenant),
    staticSummary: syncWindowSummary(window),
  });
}

/** Started and left to itself: it takes hours, and the changes since must not wait for it. */
async function backfillGap(
  tenant: string,
  { from }: Increment,
  gap: { readonly from: string; readonly to: string },
): Promise<void> {
  await startOnce(() =>
    startChild<typeof backfill>('backfill', {
      workflowId: backfillId({ tenant, from: new Date(gap.from), to: new Date(gap.to) }),
      args: [{ tenant, ...gap, force: true }],
      parentClosePolicy: ParentClosePolicy.ABANDON,
      staticSummary: `gap of the live sync ${stamp(new Date(gap.from))} – ${stamp(new Date(gap.to))} (${tenant})`,
      priority: priorityOf('backfill', tenant),
    }),
  );
  await store.skipGap.executeWithOptions({ priority: priorityOf('live', tenant) }, [{ tenant, to: from }]);
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
