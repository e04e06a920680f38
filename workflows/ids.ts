import type { SyncWindow } from './inputs';

/**
 * Writes an instant for ids and summaries: UTC, without milliseconds when there are none.
 *
 * @example stamp(new Date('2026-11-01T02:00:00.000+02:00')) // 2026-11-01T00:00:00Z
 */
export function stamp(instant: Date): string {
  return instant.toISOString().replace('.000Z', 'Z');
}

/** The id of a window's run, `sync-window:<tenant>:<from>/<to>` with a suffix when filtered. */
export function syncWindowId(window: SyncWindow): string {
  const mode = window.by === 'update' ? ':update' : '';
  return `sync-window:${window.tenant}:${stamp(window.from)}/${stamp(window.to)}${mode}${filterSuffix(window)}`;
}

/** The id of the run that waits for a person to decide about a gap of the live sync. */
export function gapId({ tenant, from, to }: Pick<SyncWindow, 'tenant' | 'from' | 'to'>): string {
  return `gap:${tenant}:${stamp(from)}/${stamp(to)}`;
}

/** The id of a tenant's sweep: one at a time. */
export function sweepId(tenant: string): string {
  return `sweep-recordings:${tenant}`;
}

/** One line for Web UI's list: `contacts 2026-11-01T00:00:00Z – 2026-11-02T00:00:00Z (acme)`. */
export function syncWindowSummary(window: SyncWindow): string {
  const what = window.by === 'update' ? 'changes' : 'contacts';
  return `${what} ${stamp(window.from)} – ${stamp(window.to)} (${window.tenant})`;
}

/**
 * The id of an extraction's run: `extract:<tenant>:<dataset>:<day>`, or with the days from and to of a range. Days are
 * `YYYY-MM-DD` in UTC, `to` exclusive.
 */
export function extractId({ tenant, dataset, from, to }: DatasetDays): string {
  const one = nextDay(from) === to;
  return `extract:${tenant}:${dataset}:${one ? from : `${from}/${to}`}`;
}

/** One line for Web UI's list: `evaluations of 2026-11-01 (acme)`. */
export function extractSummary({ tenant, dataset, from, to }: DatasetDays): string {
  const days = nextDay(from) === to ? from : `${from} – ${to}`;
  return `${dataset} of ${days} (${tenant})`;
}

/** The day after a day, both `YYYY-MM-DD`. */
export function nextDay(day: string): string {
  return new Date(Date.parse(day) + 86_400_000).toISOString().slice(0, 10);
}

interface DatasetDays {
  readonly tenant: string;
  readonly dataset: string;
  readonly from: string;
  readonly to: string;
}

type Filtered = Pick<SyncWindow, 'tenant' | 'from' | 'to' | 'skillIds' | 'campaignIds' | 'mediaTypeIds'>;

/** The id of a backfill's run, `backfill:<tenant>:<from>/<to>` with a suffix when filtered. */
export function backfillId(range: Filtered): string {
  return `backfill:${range.tenant}:${stamp(range.from)}/${stamp(range.to)}${filterSuffix(range)}`;
}

function filterSuffix(window: Filtered): string {
  const parts = [
    window.skillIds?.length ? `skills=${window.skillIds.join(',')}` : '',
    window.campaignIds?.length ? `campaigns=${window.campaignIds.join(',')}` : '',
    window.mediaTypeIds?.length ? `media=${window.mediaTypeIds.join(',')}` : '',
  ].filter((part) => part !== '');
  const suffix = parts.join(';');
  if (suffix === '') return '';
  return `:${suffix.length <= 100 ? suffix : `${suffix.slice(0, 80)}…${fingerprint(suffix)}`}`;
}

/** FNV-1a, 32 bits: visibility on PostgreSQL holds ids of 255 characters, so a long filter is named by its hash. */
function fingerprint(text: string): string {
  let hash = 0x811c9dc5;
  for (const char of text) hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, '0');
}
