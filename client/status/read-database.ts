import type { TenantSettings } from '../../config';
import { apart } from '../../errors';
import {
  type ExtractionState,
  type FailedAttempt,
  isWithin,
  type OpenGap,
  type Overview,
  type ParkedWindow,
  type QuotaUse,
  type RecordingStates,
  type Store,
  type WindowStates,
} from '../../store';
import { backfillId, stamp } from '../../workflows/ids';
import { playbackReport, tallyDays } from '../command/recorded-calls';
import { byTenant } from './by-tenant';
import { clockStatus } from './clock-lines';
import type {
  ExtractionLine,
  FailureLine,
  GapLine,
  ParkedRun,
  QuotaLine,
  TenantStatus,
} from './status-report';

/** What the database holds about a tenant; whether a gap's backfill is `underWay` is for Temporal to say. */
export type StoredStatus = Omit<TenantStatus, 'tenant' | 'misconfigured' | 'schedules' | 'backfills'>;

/** What of a tenant's settings its status depends on. */
export interface StatusTenant extends Pick<
  TenantSettings,
  'tenant' | 'recordedCalls' | 'skillIds' | 'campaignIds' | 'mediaTypeIds'
> {
  readonly limits: Partial<TenantSettings['limits']>;
  /** Null where the entry cannot be read; its filter is then unknown, too, whatever is given here. */
  readonly extract: Pick<TenantSettings['extract'], 'interactionMetadata' | 'evaluations'> | null;
}

/** Where Web UI shows a run. */
export type LinkOf = (workflowId: string, runId?: string) => string;

/** Parked runs of a tenant that are named; all are counted. */
export const parkedShown = 200;
const failuresShown = 5;

const noWindows: WindowStates = { complete: 0, running: 0, parked: 0, failed: 0, incomplete: 0 };
const noRecordings: RecordingStates = { pending: 0, unlikely: 0, stored: 0, absent: 0, failed: 0 };

/**
 * Reads the status of the work, by tenant.
 * @throws {StoreError} when the database cannot be reached, refuses, or is not migrated.
 */
export async function readDatabase(
  store: Pick<Store, 'quotas' | 'gaps' | 'filters' | 'clocks'> & {
    readonly overview: Overview;
    readonly recordings: Pick<Store['recordings'], 'queriesOf'>;
  },
  tenants: readonly StatusTenant[],
  linkOf: LinkOf,
): Promise<ReadonlyMap<string, StoredStatus>> {
  const names = tenants.map(({ tenant }) => tenant);
  const { overview } = store;
  const filters = await store.filters.kept(names);
  // The filter that was read under last is the best guess at one that cannot be read.
  const filtered = tenants.map((one) => ({ ...one, ...(one.extract === null && filters.get(one.tenant)) }));
  const [windows, recordings, lags, parked, failures, extractions, queries, quotas, gaps, clocks] =
    await Promise.all([
      overview.windows(names),
      overview.recordings(names),
      overview.lags(names),
      overview.parked(names, parkedShown),
      overview.failures(names, failuresShown),
      overview.extractions(names),
      store.recordings.queriesOf(names, tallyDays),
      store.quotas.listAmong(tenants),
      store.gaps.openAmong(filtered),
      store.clocks.list(names),
    ]);
  const [parkedOf, failuresOf, extractionsOf] = [byTenant(parked), byTenant(failures), byTenant(extractions)];
  const statusOf = ({ tenant, extract, recordedCalls, ...filter }: StatusTenant): StoredStatus => {
    const kept = filters.get(tenant);
    const lag = lags.get(tenant);
    return {
      lagSeconds: lag === undefined ? null : Math.round(lag.seconds),
      watermark: lag === undefined ? null : stamp(lag.watermark),
      ...clockStatus(clocks.get(tenant)),
      filterWidened: extract === null ? null : kept !== undefined && !isWithin(filter, kept),
      windows: windows.get(tenant) ?? noWindows,
      parked: (parkedOf.get(tenant) ?? []).map((run) => parkedRun(run, linkOf)),
      recordings: recordings.get(tenant) ?? noRecordings,
      playback: playbackReport(queries.get(tenant), recordedCalls),
      gaps: (gaps.get(tenant) ?? []).map((gap) => ({
        ...gapLine(tenant, gap, linkOf),
        atMost: extract === null && kept === undefined,
      })),
      quotas: (quotas.get(tenant) ?? []).map(quotaLine),
      extractions: extractionLines(extract, extractionsOf.get(tenant) ?? []),
      failures: (failuresOf.get(tenant) ?? []).map((run) => failureLine(run, linkOf)),
    };
  };
  return new Map(tenants.map((tenant) => [tenant.tenant, statusOf(tenant)]));
}

function failureLine(
  { workflowId, runId, status, code, at, from, to }: FailedAttempt,
  linkOf: LinkOf,
): FailureLine {
  return {
    id: workflowId,
    status,
    code,
    at: stamp(at),
    from: stamp(from),
    to: stamp(to),
    url: linkOf(workflowId, runId),
  };
}

function parkedRun(window: ParkedWindow, linkOf: LinkOf): ParkedRun {
  // A release before 0.2.0 noted the remedy in the message, too.
  const { workflowId, runId, code, message, remedy, since, from, to } = apart(window);
  return {
    id: workflowId,
    code,
    message,
    remedy,
    since: stamp(since),
    from: stamp(from),
    to: stamp(to),
    url: linkOf(workflowId, runId),
  };
}

function gapLine(tenant: string, gap: OpenGap, linkOf: LinkOf): Omit<GapLine, 'atMost'> {
  const { from, to, reason, waits, missing, begun, givenUp } = gap;
  const id = backfillId({ tenant, from: (begun ?? missing).from, to: (begun ?? missing).to });
  const [missingFrom, missingTo] = [stamp(missing.from), stamp(missing.to)];
  return {
    reason,
    waits,
    from: stamp(from),
    to: stamp(to),
    missingFrom,
    missingTo,
    backfill: { id, begunAt: begun && stamp(begun.at), url: linkOf(id) },
    underWay: null,
    cancelled: givenUp,
    // What was complete before the gap was found has to be read again.
    command: `npx cxone-sync backfill --tenant ${tenant} --from ${missingFrom} --to ${missingTo} --force`,
  };
}

function quotaLine({ family, size, used, share, fullPaceAt, blockedUntil }: QuotaUse): QuotaLine {
  return {
    family,
    used,
    requests: size?.requests ?? null,
    perSeconds: size?.perSeconds ?? null,
    pace: share,
    fullPaceAt: fullPaceAt && stamp(fullPaceAt),
    blockedUntil: blockedUntil && stamp(blockedUntil),
  };
}

function extractionLines(
  extract: StatusTenant['extract'],
  states: readonly ExtractionState[],
): readonly ExtractionLine[] {
  const wanted = {
    'interaction-metadata': extract?.interactionMetadata ?? null,
    evaluations: extract?.evaluations ?? null,
  };
  return Object.entries(wanted).flatMap(([dataset, isWanted]) => {
    const state = states.find((one) => one.dataset === dataset);
    if (state === undefined && !isWanted) return [];
    const { lastComplete = null, complete = 0, running = 0, failed = 0, incomplete = 0 } = state ?? {};
    const failure = state?.failure ? { ...state.failure, at: stamp(state.failure.at) } : null;
    return [{ dataset, wanted: isWanted, lastComplete, complete, running, failed, incomplete, failure }];
  });
}
