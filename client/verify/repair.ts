import { syncWindowId } from '../../workflows/ids';
import { parseSyncWindowInput, type SyncWindowInput } from '../../workflows/inputs';
import type { Output } from '../command/output';
import { progressLine } from '../sync/report';
import { followWindow, startWindow } from '../sync/window-run';
import type { TemporalClient } from '../command/temporal';
import type { DaySpan } from './utc-days';

/** A run that was to repair a day, and how it ended. */
export interface Repair {
  readonly workflowId: string;
  readonly ok: boolean;
  /** Why the run failed. */
  readonly code?: string;
  readonly message?: string;
}

/** Syncs a day again, with the tenant's usual filter, and waits for the run's end. */
export type RepairDay = (span: DaySpan, withRecordings: boolean) => Promise<Repair>;

/** Repairs by `syncWindow` runs: they write by key, mark what vanished, and can do no harm that a sync cannot. */
export function createRepair({ client }: TemporalClient, tenant: string, output: Output): RepairDay {
  return async ({ day, from, to }, withRecordings) => {
    const input: SyncWindowInput = {
      tenant,
      from: from.toISOString(),
      to: to.toISOString(),
      ...(withRecordings ? { recordings: true } : {}),
    };
    const window = parseSyncWindowInput(input);
    const workflowId = syncWindowId(window);
    output.note(`repairing ${day}: run ${workflowId}`);
    const handle = await startWindow(client, input, window);
    const end = await followWindow(handle, (progress) => output.progress(progressLine(progress)));
    output.endProgress();
    if (end.ok) return { workflowId, ok: true };
    output.note(`the run failed: ${end.code}: ${end.message}`);
    return { workflowId, ok: false, code: end.code, message: end.message };
  };
}
