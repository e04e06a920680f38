import type { Pool } from 'pg';
import { run } from '../postgres/transaction';
import { listsOf, type WindowFilter } from '../tables/window-filter';

/** Contacts of a tenant that started in [from, to) and match a filter. */
export interface HoldingsSpan {
  readonly tenant: string;
  readonly from: Date;
  readonly to: Date;
  readonly filter: WindowFilter;
}

export interface HoldingsCounts {
  /** Contacts, without those marked absent. */
  readonly stored: number;
  /** Contacts that CXone no longer returned when their window was last read. */
  readonly absent: number;
  /** Contacts that are held as rejected records only. */
  readonly rejected: number;
}

export interface HeldContact {
  /** `lastUpdateTime` in ms since 1970, cut to the millisecond; null without one. */
  readonly updatedAt: number | null;
  readonly absent: boolean;
}

/** What is known of a rejected contact: its id and start as they stand in the record, and the field at fault. */
export interface HeldRejection {
  readonly id: string | null;
  readonly start: string | null;
  readonly field: string | null;
}

export interface FilePosition {
  readonly masterContactId: string;
  readonly segmentId: string;
}

/** A recording that is said to be stored; `sha256` in lower-case hex. */
export interface HeldFile extends FilePosition {
  readonly storageKey: string;
  readonly bytes: number;
  readonly sha256: string;
}

export type Holdings = ReturnType<typeof createHoldings>;

// $1 tenant, $4 to $6 the filter. Always together with a range of starts, so that contact_by_start is used.
const matches = (contact: string) => `
  ${contact}.tenant = $1
  and ($4::bigint[] = '{}' or ${contact}.skill_id = any ($4))
  and ($5::bigint[] = '{}' or ${contact}.campaign_id = any ($5))
  and ($6::bigint[] = '{}' or ${contact}.media_type_id = any ($6))`;

const inSpan = `${matches('c')} and c.contact_start_date >= $2 and c.contact_start_date < $3`;

const contactCountsSql = `
  select count(*) filter (where absent_since is null)::int as stored,
         count(*) filter (where absent_since is not null)::int as absent
  from cxone.contact c where ${inSpan}`;

// A record that was fixed at the source was stored later; its earlier rejection no longer counts.
const rejectedCountSql = `
  select count(distinct coalesce(r.raw_contact_id, r.content_hash))::int as rejected
  from cxone.rejected_record r
  where r.tenant = $1 and r.kind = 'contacts' and r.raw_contact_start >= $2 and r.raw_contact_start < $3
    and not exists (
      select from cxone.contact c
      where c.tenant = r.tenant
        and c.contact_id = case when length(r.raw_contact_id) <= 18 then r.raw_contact_id::bigint end)`;

const contactsSql = `
  select contact_id as id, floor(extract(epoch from last_update_time) * 1000)::float8 as "updatedAt",
         absent_since is not null as absent
  from cxone.contact c where ${inSpan}`;

// Two selects, because an OR over both columns would use neither index.
const rejectedSql = `
  select raw_contact_id as id, raw_contact_start as start, field
  from cxone.rejected_record
  where tenant = $1 and kind = 'contacts' and raw_contact_id = any ($2)
  union
  select null, raw_contact_start, field
  from cxone.rejected_record
  where tenant = $1 and kind = 'contacts' and field = 'contactId' and raw_contact_start = any ($3)
  union
  select null, null, field
  from cxone.rejected_record
  where $4::boolean and tenant = $1 and kind = 'contacts' and field = 'contactId' and raw_contact_start is null`;

const filesSql = `
  select distinct r.master_contact_id as "masterContactId", r.segment_id as "segmentId",
         r.storage_key as "storageKey", r.bytes::float8 as bytes, r.sha256
  from cxone.contact c
  join cxone.recording r on r.tenant = c.tenant and r.master_contact_id = c.master_contact_id
  where ${inSpan} and r.status = 'stored' and r.segment_id is not null
    and ($8::bigint is null or (r.master_contact_id, r.segment_id) > ($8, $9::text))
    and not exists (
      select from cxone.contact e
      where ${matches('e')} and e.master_contact_id = c.master_contact_id
        and e.contact_start_date >= $7 and e.contact_start_date < $2)
  order by 1, 2
  limit $10`;

/** The text that ISO 8601 instants from `instant` on are not below: to the second, for fractions come and go. */
const sortableStart = (instant: Date) => instant.toISOString().slice(0, 19);

/**
 * What the store holds of a span, to be compared with what the source and the storage hold. Reads only. All methods
 * throw `StoreError`.
 */
export function createHoldings(pool: Pool) {
  const valuesOf = ({ tenant, from, to, filter }: HoldingsSpan) => [tenant, from, to, ...listsOf(filter)];
  return {
    async counts(span: HoldingsSpan): Promise<HoldingsCounts> {
      const [contacts] = await run<Omit<HoldingsCounts, 'rejected'>>(pool, contactCountsSql, valuesOf(span));
      const bounds = [span.tenant, sortableStart(span.from), sortableStart(span.to)];
      const [records] = await run<{ rejected: number }>(pool, rejectedCountSql, bounds);
      return { stored: 0, absent: 0, ...contacts, rejected: records?.rejected ?? 0 };
    },
    /** By contact id: as many as the span has, so it should be a day at most. */
    async contacts(span: HoldingsSpan): Promise<Map<string, HeldContact>> {
      const rows = await run<HeldContact & { id: string }>(pool, contactsSql, valuesOf(span));
      return new Map(rows.map(({ id, updatedAt, absent }) => [id, { updatedAt, absent }]));
    },
    /**
     * Rejected contacts with one of the ids, and those without a readable id with one of the starts (null: without a
     * start either).
     */
    async rejected(
      tenant: string,
      ids: readonly string[],
      startsWithoutId: readonly (string | null)[],
    ): Promise<readonly HeldRejection[]> {
      if (ids.length === 0 && startsWithoutId.length === 0) return [];
      const starts = startsWithoutId.filter((start) => start !== null);
      return run<HeldRejection>(pool, rejectedSql, [tenant, ids, starts, startsWithoutId.includes(null)]);
    },
    /**
     * Stored recordings of the span's calls in key order, at most `limit` after a position. A call with a contact between
     * `since` and the span belongs to that earlier span and is left out, so that consecutive spans list each file once.
     */
    files: (
      span: HoldingsSpan,
      since: Date,
      after: FilePosition | null,
      limit: number,
    ): Promise<readonly HeldFile[]> =>
      run<HeldFile>(pool, filesSql, [
        ...valuesOf(span),
        since,
        after?.masterContactId ?? null,
        after?.segmentId ?? null,
        limit,
      ]),
  };
}
