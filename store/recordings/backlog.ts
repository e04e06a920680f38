import type { Pool, PoolClient } from 'pg';
import {
  choiceOf,
  endOf,
  firstLook,
  mayHaveRecording,
  priorityOf,
  type RecordedCalls,
  type RecordingChoice,
} from '../tables/recording-choice';
import { hasAudio } from './listing';
import { inTransaction, run } from '../postgres/transaction';

/** A tenant's settings as far as they say which calls can have a recording. */
export interface BacklogTerms extends RecordingChoice {
  /** The tenant takes all contacts there are: then a call that no contact is stored of is one of its calls, too. */
  readonly unfiltered: boolean;
}

/** Calls that got or changed their row. */
export interface BacklogDone {
  /** Of contacts stored by an earlier release, or under other settings. */
  readonly older: number;
  /** Listed with a recording by the interaction metadata. */
  readonly listed: number;
  /** Not asked about any more, since the settings want logged calls only. */
  readonly notLogged: number;
}

/** Contacts of one portion. */
const portionSize = 20_000;
/** Extracted days of one portion. */
const daysAtMost = 5;

/** Times as text, since a `Date` would cut them to the millisecond. */
interface Progress {
  readonly contactsBefore: string;
  readonly after: string | null;
  readonly contactsDone: boolean;
  readonly listedAt: string | null;
  readonly listedDay: string | null;
}

const beginSql = `
  insert into cxone.recording_backlog as b (tenant, choice) values ($1, $2)
  on conflict (tenant) do update
  set choice = excluded.choice, contacts_before = now(), after_contact_id = null, contacts_done_at = null,
      listed_complete_at = null, listed_day = null
  where b.choice <> excluded.choice`;

// By infinity one knows that it is the second time.
const beginOnceMoreSql = `
  update cxone.recording_backlog
  set contacts_before = 'infinity', after_contact_id = null, contacts_done_at = null
  where tenant = $1 and contacts_done_at is not null and contacts_before < now() - interval '1 day'`;

const progressSql = `
  select contacts_before::text as "contactsBefore", after_contact_id as after, contacts_done_at is not null as "contactsDone",
         listed_complete_at::text as "listedAt", listed_day::text as "listedDay"
  from cxone.recording_backlog where tenant = $1 for update`;

// Calls without a row, and those that other settings have put aside. By days, since a window that was read without
// recordings is only known by its logged calls.
const olderSql = `
  with portion as materialized (
    select c.* from cxone.contact c
    where c.tenant = $1 and ($4::bigint is null or c.contact_id > $4) and c.first_synced_at < $5::timestamptz
    order by c.contact_id limit $6
  ), candidate as materialized (
    select p.master_contact_id, ${priorityOf('p')} as priority, ${endOf('p')} as ended_at,
           (p.contact_start_date at time zone 'UTC')::date as day
    from portion p
    where ${mayHaveRecording('p', '$2', '$3')} and p.absent_since is null and p.contact_start_date is not null
      and not exists (
        select from cxone.recording r
        where r.tenant = $1 and r.master_contact_id = p.master_contact_id
          and not (r.status = 'absent' and r.last_error_code = any ($7::text[])))
  ), left_out as materialized (
    select day from (select distinct day from candidate) as one
    where exists (
      select from cxone.contact l
      where l.tenant = $1 and l.contact_start_date >= one.day::timestamp at time zone 'UTC'
        and l.contact_start_date < (one.day + 1)::timestamp at time zone 'UTC'
        and l.media_type_id = 4 and l.is_logged and l.absent_since is null and ${mayHaveRecording('l', `'logged'`, '$3')}
        and not exists (
          select from cxone.recording r where r.tenant = $1 and r.master_contact_id = l.master_contact_id))
  ), changed as (
    insert into cxone.recording as present (tenant, master_contact_id, priority, next_attempt_at)
    select $1, call.master_contact_id, call.priority, ${firstLook('call.priority', 'call.ended_at')}
    from (
      select master_contact_id, min(priority) as priority, max(ended_at) as ended_at
      from candidate where day not in (select day from left_out) group by 1) as call
    order by call.master_contact_id
    on conflict (tenant, master_contact_id, segment_id) do update
    set status = 'pending', attempts = 0, priority = excluded.priority, next_attempt_at = excluded.next_attempt_at,
        last_error_code = null, updated_at = now()
    where present.status = 'absent' and present.last_error_code = any ($7::text[])
    returning 1
  )
  select (select count(*)::int from changed) as changed, (select count(*)::int from portion) as seen,
         (select max(contact_id) from portion) as last`;

// What is listed with a recording comes first, and is asked about again where it was given up before it was listed. A
// call of which contacts are stored is taken only if one of them has a media type that is recorded.
const listedSql = `
  insert into cxone.recording as present (tenant, master_contact_id, priority, next_attempt_at, updated_at)
  select $1, m.acd_call_id, 0, now(), max(m.first_synced_at)
  from cxone.interaction_metadata m
  where m.tenant = $1 and m.extract_day = $2 and m.acd_call_id is not null and m.absent_since is null and ${hasAudio('m')}
    and not exists (
      select from cxone.recording r
      where r.tenant = $1 and r.master_contact_id = m.acd_call_id and r.segment_id is not null)
    and (exists (
           select from cxone.contact c
           where c.tenant = $1 and c.master_contact_id = m.acd_call_id and ${mayHaveRecording('c', `'all'`, '$3')})
         or ($4::boolean and not exists (
           select from cxone.contact c where c.tenant = $1 and c.master_contact_id = m.acd_call_id)))
  group by m.acd_call_id
  order by m.acd_call_id
  on conflict (tenant, master_contact_id, segment_id) do update
  set priority = 0, status = 'pending', next_attempt_at = now(), last_error_code = null, updated_at = now(),
      attempts = case present.status when 'absent' then 0 else present.attempts end
  where (present.status = 'pending' and present.priority > 0)
     or (present.status = 'absent' and present.updated_at < excluded.updated_at)
  returning 1`;

const daySql = `
  select day::text as day, complete_at::text as "completeAt"
  from cxone.extraction
  where tenant = $1 and dataset = 'interaction-metadata' and complete_at is not null
    and ($2::timestamptz is null or (complete_at, day) > ($2, $3::date))
  order by complete_at, day limit 1`;

const notLoggedSql = `
  with portion as materialized (
    select r.ctid from cxone.recording r
    where r.tenant = $1 and r.status = 'pending' and r.segment_id is null and r.priority > 0
      and (r.claimed_until is null or r.claimed_until <= now())
    order by r.master_contact_id
    limit $2
    for update skip locked
  )
  update cxone.recording r
  set status = 'absent', next_attempt_at = null, last_error_code = 'NotLogged', updated_at = now()
  from portion where r.ctid = portion.ctid
  returning 1`;

/** Reasons for which other settings have put a call aside, by the settings that want it again. */
const putAside = { all: ['NotLogged', 'NotListed'], listed: ['NotLogged'], logged: [] } as const;

const settleSql = `
  update cxone.recording_backlog set settled_at = now()
  where tenant = $1 and (settled_at is null or settled_at <= now() - $2 * interval '1 second')
  returning 1`;

export type RecordingBacklog = ReturnType<typeof createRecordingBacklog>;

/** The backlog behind `pool`. */
export function createRecordingBacklog(pool: Pool) {
  return {
    /**
     * Goes on where the last portion ended: contacts that an earlier release, or other settings, left without a row of
     * recordings get one, and so do calls that newly extracted days list with a recording, with or without a stored
     * contact. Each call takes a bounded portion of both, and commits it. Begins again when the settings change; and a day
     * later goes through the contacts once more, for those that workers of the earlier release, or with the other settings,
     * have stored beside the new ones.
     *
     * Contacts that were read without recordings on purpose stay without: a day counts as read so when a logged call of it
     * has no row. Where no call is logged that is unknown, and they get their rows.
     *
     * @throws StoreError
     */
    async catchUp(tenant: string, terms: BacklogTerms, portion: number = portionSize): Promise<BacklogDone> {
      const { calls, types } = choiceOf(terms);
      const choice = [calls, types.toSorted((a, b) => a - b).join(), terms.unfiltered].join(' ');
      await run(pool, beginSql, [tenant, choice]);
      await run(pool, beginOnceMoreSql, [tenant]);
      // A transaction each, so that every one locks calls in their order only once.
      const older = await step(tenant, (client, progress) =>
        takeOlder(client, { tenant, calls, types, portion }, progress),
      );
      if (calls === 'logged') {
        const settled = await run(pool, notLoggedSql, [tenant, portion]);
        return { older, listed: 0, notLogged: settled.length };
      }
      let listed = 0;
      for (let days = 0; days < daysAtMost; days += 1) {
        const changed = await step(tenant, (client, progress) =>
          takeListed(client, [tenant, types, terms.unfiltered], progress),
        );
        if (changed === null) break;
        listed += changed;
      }
      return { older, listed, notLogged: 0 };
    },
    /**
     * Whether it is time again to settle what the settings say of calls that wait; at most once in that number of seconds. Only for
     * a tenant that `catchUp` has seen.
     */
    async isTimeToSettle(tenant: string, seconds: number): Promise<boolean> {
      return (await run(pool, settleSql, [tenant, seconds])).length > 0;
    },
  };

  /** One at a time for each tenant. */
  async function step<T>(
    tenant: string,
    work: (client: PoolClient, progress: Progress) => Promise<T>,
  ): Promise<T> {
    return inTransaction(pool, async (client) => {
      const { rows } = await client.query<Progress>(progressSql, [tenant]);
      const [progress] = rows;
      if (progress === undefined) throw new Error(`no backlog of ${tenant}`);
      return work(client, progress);
    });
  }
}

interface Portion {
  readonly tenant: string;
  readonly calls: RecordedCalls;
  readonly types: readonly number[];
  readonly portion: number;
}

async function takeOlder(
  client: PoolClient,
  { tenant, calls, types, portion }: Portion,
  { after, contactsBefore, contactsDone }: Progress,
): Promise<number> {
  if (contactsDone) return 0;
  const values = [tenant, calls, types, after, contactsBefore, portion, putAside[calls]];
  type Taken = { readonly changed: number; readonly seen: number; readonly last: string | null };
  const { rows } = await client.query<Taken>(olderSql, values);
  const { changed = 0, seen = 0, last = null } = rows[0] ?? {};
  await client.query(
    `update cxone.recording_backlog
     set after_contact_id = coalesce($2, after_contact_id), contacts_done_at = case when $3::boolean then now() end
     where tenant = $1`,
    [tenant, last, seen < portion],
  );
  return changed;
}

/** The next day that was extracted whole; null when there is none. */
async function takeListed(
  client: PoolClient,
  [tenant, types, unfiltered]: readonly [string, readonly number[], boolean],
  { listedAt, listedDay }: Progress,
): Promise<number | null> {
  type Day = { readonly day: string; readonly completeAt: string };
  const { rows } = await client.query<Day>(daySql, [tenant, listedAt, listedDay]);
  const [next] = rows;
  if (next === undefined) return null;
  const changed = await client.query(listedSql, [tenant, next.day, types, unfiltered]);
  await client.query(
    `update cxone.recording_backlog set listed_complete_at = $2::timestamptz, listed_day = $3::date
     where tenant = $1`,
    [tenant, next.completeAt, next.day],
  );
  return changed.rowCount ?? 0;
}
