import { aheadAtMostSeconds, type ClockStatus } from './clock-lines';
import type { GapReason, RecordingStates, WindowStates } from '../../store';
import type { BackfillProgress } from '../../workflows/backfill/backfill-progress';
import type { PlaybackReport } from '../command/recorded-calls';
import type { ScheduleLine } from '../schedule/schedules';

/** What `status --json` answers; instants are ISO 8601 in UTC. */
export interface StatusReport {
  readonly at: string;
  readonly temporal: TemporalState;
  /** Schedules of tenants that are not in the tenants file: renamed or removed, so that their runs fail. */
  readonly orphaned: readonly OrphanedSchedule[];
  readonly tenants: readonly TenantStatus[];
}

export interface OrphanedSchedule {
  readonly tenant: string;
  readonly id: string;
  readonly paused: boolean;
}

export interface TemporalState {
  readonly reachable: boolean;
  /** Whether workers poll all task queues; null when unknown. */
  readonly workers: boolean | null;
  /** What is not in order, and what to do; null when nothing is. */
  readonly message: string | null;
}

export interface TenantStatus extends ClockStatus {
  readonly tenant: string;
  /** What is wrong with its entry in the tenants file; null when nothing is known to be. */
  readonly misconfigured: Misconfigured | null;
  /** How far the stored changes of contacts are behind now; negative where a wrong clock has set the watermark ahead of
   * it; null when the tenant was never synced live. */
  readonly lagSeconds: number | null;
  readonly watermark: string | null;
  /**
   * The tenants file lets through more than what was read up to the watermark: the next run of the live sync sees to it.
   * Null where its entry cannot be read.
   */
  readonly filterWidened: boolean | null;
  readonly windows: WindowStates;
  /** The first 200. */
  readonly parked: readonly ParkedRun[];
  /** What the live sync could not read, and a backfill has not yet. */
  readonly gaps: readonly GapLine[];
  readonly recordings: RecordingStates;
  /** What playback queries found lately, and the setting that would save some. */
  readonly playback: PlaybackReport;
  readonly quotas: readonly QuotaLine[];
  /** Datasets of Data Extraction that are wanted, or of which a day was ever extracted. */
  readonly extractions: readonly ExtractionLine[];
  /** The latest five windows that are failed or have gaps. */
  readonly failures: readonly FailureLine[];
  /** Null when Temporal could not be asked. */
  readonly schedules: readonly ScheduleLine[] | null;
  /** Under way; null when Temporal could not be asked. */
  readonly backfills: readonly BackfillStatus[] | null;
}

/** Why nothing is done for a tenant. `problems`: one line each, no secrets. */
export interface Misconfigured {
  readonly code: 'TenantMisconfigured';
  /** Where it was seen: in the tenants file of this command, or by the worker that started last in its own. */
  readonly seenBy: 'status' | 'worker';
  /** When the worker noted it; null for this command. */
  readonly at: string | null;
  readonly problems: readonly string[];
}

/** A time that the live sync could not read by update, and whose windows by start are not all complete yet. */
export interface GapLine {
  /** The live sync was away for too long, the filter was widened, or too many records were rejected. */
  readonly reason: GapReason;
  /** An operator decides whether it is read. */
  readonly waits: boolean;
  readonly from: string;
  readonly to: string;
  /** From the first window that is missing to the last. */
  readonly missingFrom: string;
  readonly missingTo: string;
  /** Less may be missing: the tenant's filter is not known, so that no window with a filter counts. */
  readonly atMost: boolean;
  /** The backfill that was begun for it last; `begunAt` is null where none was yet. */
  readonly backfill: { readonly id: string; readonly begunAt: string | null; readonly url: string };
  /** Whether that is under way; null when Temporal could not be asked. */
  readonly underWay: boolean | null;
  /** An operator cancelled it: it is not started again by itself. */
  readonly cancelled: boolean;
  /** What reads what is missing. */
  readonly command: string;
}

/** A parked run. `id` is what `cxone-sync resume` takes. */
export interface ParkedRun {
  readonly id: string;
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
  /** Null when the run could not note it in the ledger. */
  readonly since: string | null;
  readonly from: string | null;
  readonly to: string | null;
  readonly url: string;
}

export interface FailureLine {
  readonly id: string;
  readonly status: 'failed' | 'incomplete';
  readonly code: string | null;
  readonly at: string;
  readonly from: string;
  readonly to: string;
  readonly url: string;
}

/** A dataset of Data Extraction. Days are `YYYY-MM-DD` in UTC. */
export interface ExtractionLine {
  readonly dataset: string;
  /** Whether the tenant's settings want it every night; null where they cannot be read. */
  readonly wanted: boolean | null;
  readonly lastComplete: string | null;
  readonly complete: number;
  readonly running: number;
  readonly failed: number;
  /** Given up by an operator. */
  readonly incomplete: number;
  /** The day whose reading failed, or was given up, last. */
  readonly failure: { readonly day: string; readonly code: string | null; readonly at: string } | null;
}

/** A quota and what was used of it in its last span. */
export interface QuotaLine {
  readonly family: string;
  /** Null where no number is known. */
  readonly used: number | null;
  readonly requests: number | null;
  readonly perSeconds: number | null;
  /** Of the full pace, 0 to 1; less than 1 after refusals of CXone. */
  readonly pace: number;
  readonly fullPaceAt: string | null;
  readonly blockedUntil: string | null;
}

export interface BackfillStatus {
  readonly id: string;
  readonly url: string;
  /** Null while no worker answers for it. */
  readonly progress: BackfillProgress | null;
}

const gapConcerns: Readonly<Record<GapReason, string>> = {
  away: 'unread since the live sync was away',
  filter: 'unread since the filter was widened',
  rejected: 'unread as too many records were rejected',
};

/** Whether a watermark lies in the future by more than clocks may differ. */
export function isAhead(lagSeconds: number | null): boolean {
  return lagSeconds !== null && lagSeconds < -aheadAtMostSeconds;
}

/** What `--check` reports as wrong, one line each; none when all is well. */
export function concerns({ tenants, orphaned }: StatusReport, maxLagMs: number): readonly string[] {
  const ofTenants = tenants.flatMap(
    ({ misconfigured, tenant, lagSeconds, watermark, windows, parked, gaps, filterWidened, extractions }) => {
      const unread = (reason: GapReason): number =>
        gaps.filter((gap) => gap.reason === reason && gap.underWay !== true).length;
      const waiting = Math.max(parked.length, windows.parked);
      const late = lagSeconds !== null && lagSeconds * 1_000 > maxLagMs;
      return [
        ...(misconfigured ? [`${tenant}: its entry in the tenants file is not in order`] : []),
        ...(waiting > 0 ? [`${tenant}: ${waiting} parked`] : []),
        ...(windows.failed > 0 ? [`${tenant}: ${windows.failed} failed`] : []),
        ...(windows.incomplete > 0 ? [`${tenant}: ${windows.incomplete} with gaps`] : []),
        ...extractions.flatMap(({ dataset, failed, incomplete }) =>
          failed + incomplete > 0 ? [`${tenant}: ${failed + incomplete} days of ${dataset} failed`] : [],
        ),
        ...(Object.keys(gapConcerns) as GapReason[]).flatMap((reason) =>
          unread(reason) > 0 ? [`${tenant}: ${unread(reason)} ${gapConcerns[reason]}`] : [],
        ),
        ...(filterWidened ? [`${tenant}: read under a narrower filter than that of the tenants file`] : []),
        ...(late ? [`${tenant}: ${Math.round(lagSeconds)} s behind`] : []),
        ...(isAhead(lagSeconds) ? [`${tenant}: the watermark ${watermark} is in the future`] : []),
      ];
    },
  );
  const running = orphaned.filter(({ paused }) => !paused);
  if (running.length === 0) return ofTenants;
  const ids = running.map(({ id }) => id).join(', ');
  return [...ofTenants, `schedules of tenants that are not in the tenants file: ${ids}`];
}
