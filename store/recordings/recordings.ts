import type { Pool } from 'pg';
import type { ErrorCode } from '../../errors';
import { StoreError } from '../postgres/errors';
import { type InteractionRow, saveInteractions } from './interactions';
import { createRecordingClaims, type RecordingClaims } from './claims';
import { createPlaybackTallies, type PlaybackTallies } from './playback-tally';
import { createRecordingBacklog, type RecordingBacklog } from './backlog';
import { askedInVain, unlikely } from '../tables/recording-choice';
import { createDueRecordings, type DueRecordings } from './due';
import { createRecordingListing, type RecordingListing } from './listing';
import { inTransaction, run } from '../postgres/transaction';
import { windowContacts } from '../tables/window-contacts';
import type { RecordingCounts } from '../windows/window-ledger';

export type RecordingStatus = 'pending' | 'stored' | 'absent' | 'failed';

/** One file of a call; with `segmentId` null the call as a whole, while no file of it is known. */
export interface RecordingRow {
  readonly masterContactId: string;
  readonly segmentId: string | null;
  readonly status: RecordingStatus;
  readonly storageKey: string | null;
  readonly bytes: number | null;
  readonly sha256: string | null;
  readonly mediaType: string | null;
  readonly attempts: number;
  readonly nextAttemptAt: Date | null;
  readonly lastErrorCode: string | null;
}

/** A file that lies whole in the recordings storage; `sha256` in lower-case hex, times as ISO 8601 text with zone. */
export interface StoredRecording {
  readonly segmentId: string;
  readonly storageKey: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly mediaType?: string | null | undefined;
  readonly channelType?: string | null | undefined;
  readonly contentType?: string | null | undefined;
  readonly startTime?: string | null | undefined;
  readonly endTime?: string | null | undefined;
}

/** What a playback query of a call goes by. */
export interface RecordedCall {
  /** Start of the call's first contact; where none is stored, of its first interaction that is listed. */
  readonly startedAt: Date;
  /** Queries and downloads of the call that found nothing or failed. */
  readonly looks: number;
  /** Failures in a row; 0 unless its row says `failed`. */
  readonly failures: number;
  /** Whether one of its contacts says that it was logged. */
  readonly isLogged: boolean;
  /** It probably has nothing, and is asked about once. */
  readonly isUnlikely: boolean;
}

/** The recordings of a tenant's calls, by master contact id (which Media Playback calls ACD call id). */
export interface RecordingTable
  extends RecordingClaims, RecordingListing, RecordingBacklog, DueRecordings, PlaybackTallies {
  /** Throws `StoreError` (DatabaseError) when nothing of the call is stored. */
  call(tenant: string, masterContactId: string): Promise<RecordedCall>;
  known(tenant: string, masterContactId: string): Promise<RecordingRow[]>;
  stored(
    tenant: string,
    masterContactId: string,
    file: StoredRecording,
    interaction?: InteractionRow,
  ): Promise<void>;
  /**
   * Ends the playback query of a call: its row without segment goes, once there are rows of files.
   * @returns whether one of these files is open still
   */
  settled(
    tenant: string,
    masterContactId: string,
    interactions?: readonly InteractionRow[],
  ): Promise<boolean>;
  /** Not available yet: pending until `nextAttemptAt`, also where it had failed; counts an attempt. */
  postpone(
    tenant: string,
    masterContactId: string,
    look: { readonly nextAttemptAt: Date; readonly errorCode: ErrorCode },
  ): Promise<void>;
  /** CXone has no recording and will have none: whatever of the call is not stored is not looked for again. */
  absent(
    tenant: string,
    masterContactId: string,
    reason: string,
    interactions?: readonly InteractionRow[],
  ): Promise<void>;
  /**
   * A file, or with null the call and what is open of it, could not be fetched; without `nextAttemptAt` it is not tried
   * again. From then on its attempts count failures in a row.
   */
  failed(
    tenant: string,
    masterContactId: string,
    failure: {
      readonly segmentId: string | null;
      readonly errorCode: ErrorCode;
      readonly nextAttemptAt?: Date | undefined;
    },
  ): Promise<void>;
  /**
   * A stored file that is gone, or no longer what was stored: pending again and due at once, so that the next run of
   * its window fetches it again. Its row keeps what was known of it. Answers whether there was such a stored file.
   */
  refetch(tenant: string, masterContactId: string, segmentId: string, errorCode: string): Promise<boolean>;
  counts(windowId: string): Promise<RecordingCounts>;
}

const absentSql = `
  update cxone.recording
  set status = 'absent', attempts = attempts + 1, next_attempt_at = null, last_error_code = $3, updated_at = now(),
      claimed_by = null, claimed_until = null
  where tenant = $1 and master_contact_id = $2 and status in ('pending', 'failed')`;

const storedSql = `
  insert into cxone.recording as present
    (tenant, master_contact_id, segment_id, status, storage_key, bytes, sha256, media_type, channel_type, content_type,
     start_time, end_time, stored_at, attempts, priority)
  values ($1, $2, $3, 'stored', $4, $5, $6, $7, $8, $9, $10, $11, now(), 1, coalesce(
    (select r.priority from cxone.recording r
     where r.tenant = $1 and r.master_contact_id = $2 and r.segment_id is null), 0))
  on conflict (tenant, master_contact_id, segment_id) do update
  set status = 'stored', storage_key = excluded.storage_key, bytes = excluded.bytes, sha256 = excluded.sha256,
      media_type = excluded.media_type, channel_type = excluded.channel_type, content_type = excluded.content_type,
      start_time = excluded.start_time, end_time = excluded.end_time, stored_at = now(),
      attempts = present.attempts + 1, next_attempt_at = null, last_error_code = null, updated_at = now(),
      claimed_by = null, claimed_until = null`;

const callSql = `
  select coalesce(
           contact.start,
           (select min(m.start_date) from cxone.interaction_metadata m where m.tenant = $1 and m.acd_call_id = $2),
           open.seen_at) as "startedAt",
         coalesce(open.looks, 0) as looks, coalesce(open.failures, 0) as failures, coalesce(contact.logged, false) as "isLogged",
         coalesce(open.priority = ${unlikely}, false) as "isUnlikely"
  from (select min(c.contact_start_date) as start, bool_or(c.is_logged) as logged
        from cxone.contact c where c.tenant = $1 and c.master_contact_id = $2) as contact,
       (select max(r.attempts) as looks, max(r.attempts) filter (where r.status = 'failed') as failures, min(r.priority) as priority, min(r.first_seen_at) as seen_at
        from cxone.recording r
        where r.tenant = $1 and r.master_contact_id = $2 and r.segment_id is null) as open`;

const settledSql = `
  delete from cxone.recording r
  where r.tenant = $1 and r.master_contact_id = $2 and r.segment_id is null
    and exists (
      select from cxone.recording f
      where f.tenant = r.tenant and f.master_contact_id = r.master_contact_id and f.segment_id is not null)`;

const openFileSql = `
  select 1 from cxone.recording
  where tenant = $1 and master_contact_id = $2 and segment_id is not null and status in ('pending', 'failed') limit 1`;

const openRows = `tenant = $1 and master_contact_id = $2 and status in ('pending', 'failed')`;

const failedValues = (last: string, present: string): string => `
  status = 'failed', last_error_code = ${last}, attempts = case ${present}status when 'failed' then ${present}attempts + 1 else 1 end,
  updated_at = now(), claimed_by = null, claimed_until = null`;

const failedSql = `
  with files as (
    update cxone.recording set next_attempt_at = $5, ${failedValues('$4', '')}
    where $3::text is null and segment_id is not null and ${openRows}
  )
  insert into cxone.recording as present
    (tenant, master_contact_id, segment_id, status, last_error_code, next_attempt_at, attempts)
  values ($1, $2, $3, 'failed', $4, $5, 1)
  on conflict (tenant, master_contact_id, segment_id) do update
  set next_attempt_at = excluded.next_attempt_at, ${failedValues('excluded.last_error_code', 'present.')}
  where present.status <> 'stored'`;

const countsSql = `
  with calls as (
    -- Going through the contacts of a large window is wasted for a tenant without recordings.
    select distinct tenant, master_contact_id from (${windowContacts}) c
    where exists (
      select from cxone.recording r join cxone.sync_window w on w.tenant = r.tenant where w.window_id = $1))
  select count(*) filter (where status = 'pending' and priority < ${unlikely})::int as pending,
         count(*) filter (where status = 'stored')::int as stored,
         count(*) filter (where status = 'absent')::int as absent,
         count(*) filter (where status = 'failed')::int as failed,
         coalesce(sum(bytes) filter (where status = 'stored'), 0)::float8 as bytes
  from calls join cxone.recording using (tenant, master_contact_id)`;

/** In the order of `storedSql`. */
const storedColumns = [
  'segmentId',
  'storageKey',
  'bytes',
  'sha256',
  'mediaType',
  'channelType',
  'contentType',
  'startTime',
  'endTime',
] as const satisfies readonly (keyof StoredRecording)[];

/** The recordings behind `pool`; all methods throw `StoreError`. */
export function createRecordingTable(pool: Pool): RecordingTable {
  return {
    ...createRecordingClaims(pool),
    ...createRecordingListing(pool),
    ...createRecordingBacklog(pool),
    ...createDueRecordings(pool),
    ...createPlaybackTallies(pool),
    async call(tenant, masterContactId) {
      type Call = Omit<RecordedCall, 'startedAt'> & { readonly startedAt: Date | null };
      const [call] = await run<Call>(pool, callSql, [tenant, masterContactId]);
      if (call?.startedAt) return { ...call, startedAt: call.startedAt };
      const remedy = 'Sync the window of the call first.';
      throw new StoreError('DatabaseError', `Nothing of call ${masterContactId} is stored`, remedy);
    },
    known: (tenant, masterContactId) =>
      run<RecordingRow>(
        pool,
        `select master_contact_id as "masterContactId", segment_id as "segmentId", status,
                storage_key as "storageKey", bytes::float8 as bytes, sha256, media_type as "mediaType", attempts,
                next_attempt_at as "nextAttemptAt", last_error_code as "lastErrorCode"
         from cxone.recording where tenant = $1 and master_contact_id = $2 order by segment_id nulls first`,
        [tenant, masterContactId],
      ),
    async stored(tenant, masterContactId, file, interaction) {
      const values = [tenant, masterContactId, ...storedColumns.map((column) => file[column])];
      await inTransaction(pool, async (client) => {
        await client.query(storedSql, values);
        if (interaction) await saveInteractions(client, tenant, masterContactId, [interaction]);
      });
    },
    async settled(tenant, masterContactId, interactions = []) {
      return inTransaction(pool, async (client) => {
        await client.query(settledSql, [tenant, masterContactId]);
        await saveInteractions(client, tenant, masterContactId, interactions);
        return (await client.query(openFileSql, [tenant, masterContactId])).rows.length > 0;
      });
    },
    async postpone(tenant, masterContactId, { nextAttemptAt, errorCode }) {
      await run(
        pool,
        `update cxone.recording
         set status = 'pending', attempts = attempts + 1, next_attempt_at = $3, last_error_code = $4, updated_at = now(),
             priority = case priority when 1 then ${askedInVain} else priority end,
             claimed_by = null, claimed_until = null
         where ${openRows}`,
        [tenant, masterContactId, nextAttemptAt, errorCode],
      );
    },
    async absent(tenant, masterContactId, reason, interactions = []) {
      await inTransaction(pool, async (client) => {
        await client.query(absentSql, [tenant, masterContactId, reason]);
        await saveInteractions(client, tenant, masterContactId, interactions);
      });
    },
    async failed(tenant, masterContactId, { segmentId, errorCode, nextAttemptAt }) {
      await run(pool, failedSql, [tenant, masterContactId, segmentId, errorCode, nextAttemptAt]);
    },
    async refetch(tenant, masterContactId, segmentId, errorCode) {
      const rows = await run(
        pool,
        `update cxone.recording
         set status = 'pending', attempts = 0, next_attempt_at = now(), last_error_code = $4, updated_at = now()
         where tenant = $1 and master_contact_id = $2 and segment_id = $3 and status = 'stored'
         returning 1`,
        [tenant, masterContactId, segmentId, errorCode],
      );
      return rows.length > 0;
    },
    async counts(windowId) {
      const [counts] = await run<RecordingCounts>(pool, countsSql, [windowId]);
      return counts ?? { pending: 0, stored: 0, absent: 0, failed: 0, bytes: 0 };
    },
  };
}
