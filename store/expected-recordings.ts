import type { PoolClient } from 'pg';

/** Which recordings of stored contacts are to be noted for fetching. */
export interface RecordingWishes {
  readonly recordings: boolean;
  /** See `expectRecordings`; all that are logged if not given. */
  readonly recordedMediaTypeIds?: readonly number[] | undefined;
}

/** Phone calls and voice mails, which have audio if they are logged (contract §2.2). */
const spoken = [4, 5];

/**
 * Inside the transaction that stores contacts: one pending row for each contact among the staged ones that may have a
 * file, whose call has no recording row of any kind yet, or just got a new leg, whose files may have come since the call
 * was looked up. In key order, as every insert here, so that concurrent pages do not deadlock.
 *
 * @param mediaTypeIds the media types that are recorded, all if not given; those that are not spoken count although
 *   nobody logged them. Contacts that cannot have a file get no row, and so cost no look-up.
 */
export async function expectRecordings(
  client: PoolClient,
  tenant: string,
  staging: string,
  mediaTypeIds?: readonly number[],
): Promise<void> {
  const unspoken = mediaTypeIds?.filter((id) => !spoken.includes(id)) ?? [];
  await client.query(
    `insert into cxone.recording (tenant, master_contact_id, next_attempt_at)
     select distinct $1, s.master_contact_id, now()
     from ${staging} s
     where s.master_contact_id is not null
       and (s.is_logged or s.media_type_id = any($3))
       and ($2::bigint[] is null or s.media_type_id is null or s.media_type_id = any($2))
       and (not exists (
              select from cxone.recording r where r.tenant = $1 and r.master_contact_id = s.master_contact_id)
            -- A row made in this transaction carries its time.
            or exists (
              select from cxone.contact c
              where c.tenant = $1 and c.contact_id = s.contact_id and c.first_synced_at = now()))
     order by s.master_contact_id
     on conflict do nothing`,
    [tenant, mediaTypeIds ?? null, unspoken],
  );
}
