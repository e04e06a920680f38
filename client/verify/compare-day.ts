import { readContact } from '../../cxone';
import type { Holdings, HoldingsSpan } from '../../store';
import type { Source } from './source';

/** The first few contact ids, to investigate by. */
export type Examples = Readonly<Record<Difference, readonly string[]>>;
export type Difference = 'missing' | 'stale' | 'vanished';

/** How a day of the store compares with the source. Null: not compared, because the counts were equal. */
export interface Comparison {
  readonly comparedBy: 'counts' | 'ids';
  /** What CXone counts, or showed where it does not count; null when only counts were compared and it has none. */
  readonly source: number | null;
  /** Stored and not marked absent. */
  readonly stored: number;
  /** Held as rejected records only. */
  readonly rejected: number;
  /** Stored and marked absent: CXone no longer returned them. */
  readonly absent: number;
  /** In CXone, and neither stored (or marked absent) nor rejected. */
  readonly missing: number | null;
  /** Stored, and newer in CXone. */
  readonly stale: number | null;
  /** Stored, not marked absent, and not in CXone. */
  readonly vanished: number | null;
  /** `uncertain`: every time CXone counts another number than it shows; it may still be changing. */
  readonly verdict: 'equal' | 'different' | 'uncertain';
  readonly examples?: Examples;
}

/** Compares counts, and ids where they differ or `byIds` asks for it. */
export async function compareDay(
  source: Source,
  holdings: Holdings,
  span: HoldingsSpan,
  byIds: boolean,
): Promise<Comparison> {
  if (!byIds) {
    const held = await holdings.counts(span);
    const total = await source.count(span, held.stored + held.rejected);
    if (total === held.stored + held.rejected) {
      const unknown = { missing: null, stale: null, vanished: null };
      return { comparedBy: 'counts', source: total, ...held, ...unknown, verdict: 'equal' };
    }
  }
  return compareIds(source, holdings, span);
}

/** Readings of a day whose count moves under the reading. */
const readingsAtMost = 3;

async function compareIds(source: Source, holdings: Holdings, span: HoldingsSpan): Promise<Comparison> {
  for (let reading = 1; ; reading += 1) {
    const comparison = await readOnce(source, holdings, span);
    if (comparison.verdict !== 'uncertain' || reading >= readingsAtMost) return comparison;
  }
}

const examplesAtMost = 10;

async function readOnce(source: Source, holdings: Holdings, span: HoldingsSpan): Promise<Comparison> {
  const held = await holdings.contacts(span);
  const present = new Set<string>();
  const missing = new Set<string>();
  const rejected = new Set<string>();
  const stale: string[] = [];
  let staleCount = 0;
  let unreadable = 0;
  let unreadableMissing = 0;
  let total: number | null = 0;
  let rows = 0;

  for await (const page of source.pages(span)) {
    if (page.total !== undefined) total = total === null || page.total === null ? null : total + page.total;
    rows += page.records.length;
    const unstored: string[] = [];
    const broken: Broken[] = [];
    for (const record of page.records) {
      const reading = readContact(record);
      if (!reading.ok) {
        broken.push(brokenOf(reading.raw, reading.field));
        continue;
      }
      const id = String(reading.values['contactId']);
      const row = held.get(id);
      if (row === undefined || row.absent) {
        unstored.push(id);
      } else if (!present.has(id)) {
        present.add(id);
        if (isNewer(reading.values['lastUpdateTime'], row.updatedAt)) {
          staleCount += 1;
          if (stale.length < examplesAtMost) stale.push(id);
        }
      }
    }
    const found = await rejectionsOf(holdings, span.tenant, unstored, broken);
    for (const id of unstored) (found.ids.has(id) ? rejected : missing).add(id);
    for (const one of broken) {
      if (found.holds(one)) unreadable += 1;
      else unreadableMissing += 1;
    }
  }

  const vanished: string[] = [];
  let absent = 0;
  let vanishedCount = 0;
  for (const [id, row] of held) {
    if (row.absent) {
      if (!missing.has(id)) absent += 1;
    } else if (!present.has(id)) {
      vanishedCount += 1;
      if (vanished.length < examplesAtMost) vanished.push(id);
    }
  }
  const missingCount = missing.size + unreadableMissing;
  const shown = present.size + rejected.size + unreadable + missingCount;
  const differs = missingCount + staleCount + vanishedCount > 0;
  // By rows, too: a source that lists a contact twice counts it twice.
  const certain = total === null || total === rows || total === shown;
  return {
    comparedBy: 'ids',
    source: certain ? shown : total,
    stored: present.size + vanishedCount,
    rejected: rejected.size + unreadable,
    absent,
    missing: missingCount,
    stale: staleCount,
    vanished: vanishedCount,
    verdict: certain ? (differs ? 'different' : 'equal') : 'uncertain',
    ...(differs ? { examples: { missing: [...missing].slice(0, examplesAtMost), stale, vanished } } : {}),
  };
}

function isNewer(updated: unknown, storedAt: number | null): boolean {
  if (typeof updated !== 'string') return false;
  return storedAt === null || Math.floor(Date.parse(updated)) > storedAt;
}

/** A record of the source that cannot be read: what is still known of it. */
interface Broken {
  readonly id: string | null;
  readonly start: string | null;
}

/** As the table `rejected_record` finds id and start in a record (migration 0007), so that both mean the same. */
function brokenOf(raw: string, field: string | undefined): Broken {
  const id = /"contactId"\s*:\s*"?([0-9]{1,40})/i.exec(raw)?.[1] ?? null;
  const start = /"contactStartDate"\s*:\s*"([^"]{1,40})"/i.exec(raw)?.[1] ?? null;
  return { id: field === 'contactId' ? null : id, start };
}

/** Rejections that no longer hold for a record whose id and start can be read by now. */
const fixedFields: readonly (string | null)[] = ['contactId', 'contactStartDate'];

async function rejectionsOf(
  holdings: Holdings,
  tenant: string,
  unstored: readonly string[],
  broken: readonly Broken[],
) {
  const ids = [...unstored, ...broken.flatMap(({ id }) => (id === null ? [] : [id]))];
  const starts = broken.filter(({ id }) => id === null).map(({ start }) => start);
  const rejections = await holdings.rejected(tenant, ids, starts);
  const withoutId = new Set(rejections.filter(({ id }) => id === null).map(({ start }) => start));
  const withId = new Set(rejections.map(({ id }) => id));
  return {
    ids: new Set(rejections.filter(({ field }) => !fixedFields.includes(field)).map(({ id }) => id)),
    holds: ({ id, start }: Broken) => (id === null ? withoutId.has(start) : withId.has(id)),
  };
}
