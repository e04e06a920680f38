import type { PoolClient } from 'pg';
import {
  choiceOf,
  endOf,
  firstLook,
  firstPriority,
  mayHaveRecording,
  priorityOf,
  type RecordingChoice,
} from './recording-choice';

/** Which recordings of stored contacts are to be noted for fetching. */
export interface RecordingOptions extends RecordingChoice {
  readonly recordings: boolean;
}

/**
 * Inside the transaction that stores contacts: one pending row for each call among the staged contacts that may have a
 * recording and has no row of any kind yet, or just got a new leg, whose files may have come since the call was asked
 * about. A call that looks likelier by now, since a leg of it was answered or logged, is pending again if it was absent.
 * Answers how many rows it wrote.
 * In key order, as every insert here, so that concurrent pages do not deadlock.
 */
export async function enqueueRecordings(
  client: PoolClient,
  tenant: string,
  staging: string,
  choice: RecordingChoice,
): Promise<number> {
  const { calls, types } = choiceOf(choice);
  const { rowCount } = await client.query(
    `insert into cxone.recording as present (tenant, master_contact_id, priority, next_attempt_at)
     select $1, call.master_contact_id, call.priority, ${firstLook('call.priority', 'call.ended_at')}
     from (
       select s.master_contact_id, min(${priorityOf('s')}) as priority, max(${endOf('s')}) as ended_at,
              -- A row made in this transaction carries its time.
              bool_or(exists (
                select from cxone.contact c
                where c.tenant = $1 and c.contact_id = s.contact_id and c.first_synced_at = now())) as has_new_leg
       from ${staging} s
       where ${mayHaveRecording('s', '$2', '$3')}
       group by s.master_contact_id) as call
     where call.has_new_leg
        or not exists (
          select from cxone.recording r where r.tenant = $1 and r.master_contact_id = call.master_contact_id)
        or exists (
          select from cxone.recording r
          where r.tenant = $1 and r.master_contact_id = call.master_contact_id and r.segment_id is null
            and ${firstPriority('r')} > call.priority)
     order by call.master_contact_id
     on conflict (tenant, master_contact_id, segment_id) do update
     set priority = excluded.priority, status = 'pending', next_attempt_at = excluded.next_attempt_at,
         attempts = case present.status when 'absent' then 0 else present.attempts end, last_error_code = null,
         updated_at = now()
     where present.status in ('pending', 'absent') and ${firstPriority('present')} > excluded.priority`,
    [tenant, calls, types],
  );
  return rowCount ?? 0;
}
