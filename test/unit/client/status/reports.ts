import { playbackReport } from '../../../../client/command/recorded-calls';
import type { BackfillProgress } from '../../../../workflows/backfill/backfill-progress';
import type { GapLine, ParkedRun, StatusReport, TenantStatus } from '../../../../client/status/status-report';

/** A tenant of which nothing is known yet, with changes. */
export function tenantStatus(changes: Partial<TenantStatus> = {}): TenantStatus {
  return {
    tenant: 'acme',
    misconfigured: null,
    lagSeconds: null,
    watermark: null,
    clock: null,
    setBack: null,
    filterWidened: false,
    windows: { complete: 0, running: 0, parked: 0, failed: 0, incomplete: 0 },
    parked: [],
    gaps: [],
    recordings: { pending: 0, unlikely: 0, stored: 0, absent: 0, failed: 0 },
    playback: playbackReport(undefined, 'all'),
    quotas: [],
    extractions: [],
    failures: [],
    schedules: [],
    backfills: [],
    ...changes,
  };
}

/** A report of a quarter past twelve, with Temporal and workers in order. */
export function statusReport(
  tenants: readonly TenantStatus[],
  changes: Partial<StatusReport> = {},
): StatusReport {
  return {
    at: '2026-11-25T12:15:00.000Z',
    temporal: { reachable: true, workers: true, message: null },
    orphaned: [],
    tenants,
    ...changes,
  };
}

export const parkedRun: ParkedRun = {
  id: 'sync-window:acme:2026-11-01T00:00:00Z/2026-11-02T00:00:00Z',
  code: 'ContactsForbidden',
  message: 'CXone refuses contacts.',
  remedy: 'Give the role the permission.',
  since: '2026-11-25T12:00:00Z',
  from: '2026-11-01T00:00:00Z',
  to: '2026-11-02T00:00:00Z',
  url: 'http://127.0.0.1:8233/namespaces/default/workflows/x/y/history',
};

export const gapLine: GapLine = {
  reason: 'away',
  waits: false,
  from: '2026-09-01T00:00:00Z',
  to: '2026-11-20T00:10:00Z',
  missingFrom: '2026-09-05T00:00:00Z',
  missingTo: '2026-09-07T00:00:00Z',
  atMost: false,
  backfill: {
    id: 'backfill:acme:2026-09-01T00:00:00Z/2026-11-20T00:10:00Z',
    begunAt: '2026-11-25T10:15:00Z',
    url: 'http://127.0.0.1:8233/namespaces/default/workflows/g',
  },
  underWay: false,
  cancelled: false,
  command:
    'npx cxone-sync backfill --tenant acme --from 2026-09-05T00:00:00Z --to 2026-09-07T00:00:00Z --force',
};

export const progress: BackfillProgress = {
  stage: 'running',
  windows: 10,
  complete: 3,
  skipped: 1,
  running: 3,
  parked: 0,
  failed: 1,
  remaining: 2,
  concurrency: 3,
  contacts: 10_000,
  recordings: 2,
  contactsPerSecond: 500,
  recordingsPerSecond: 1,
  etaSeconds: 40,
  boundBy: '3 windows at a time',
  runningWindows: [],
  failedWindows: [],
};
