/** Which calls of a tenant are asked about: all of them, those the contacts call logged, those the metadata lists. */
export type RecordedCalls = 'all' | 'logged' | 'listed';

/** Which calls can have a recording, by the tenant's settings. */
export interface RecordingChoice {
  /** `all` if not given: whether a call was logged says nothing about CXone Recording (contract §11.1). */
  readonly recordedCalls?: RecordedCalls | undefined;
  /** Media types whose contacts may have a recording; phone calls and voice mails if not given. */
  readonly recordedMediaTypeIds?: readonly number[] | undefined;
}

/** Phone calls and voice mails. Other media types are asked about because the settings name them. */
const spoken = [4, 5];

/** The settings with their defaults, as the statements below take them. */
export function choiceOf({ recordedCalls = 'all', recordedMediaTypeIds = spoken }: RecordingChoice): {
  readonly calls: RecordedCalls;
  readonly types: readonly number[];
} {
  return { calls: recordedCalls, types: recordedMediaTypeIds };
}

/**
 * SQL: whether the contact `c` may have a recording, by the parameters `calls` (text) and `types` (bigint[]). Only
 * `logged` goes by what the contact says of the recorder, and only for calls: other media types never say it.
 */
export const mayHaveRecording = (c: string, calls: string, types: string): string => `
  (${c}.master_contact_id is not null and (${c}.media_type_id is null or ${c}.media_type_id = any (${types}::bigint[]))
   and (${calls}::text <> 'logged' or ${c}.is_logged or ${c}.media_type_id not in (${spoken.join()})))`;

/** Calls of this many seconds or fewer are no conversation. */
const shortSeconds = 4;
/** A call that probably has nothing is asked about no earlier than this after its end. */
const unlikelyAfter = `interval '60 minutes'`;

/** The priority of calls that are asked about once, when quota is left; they hold up nothing. */
export const unlikely = 3;
/** The priority of a call that was asked about at priority 1 without result. */
export const askedInVain = 2;

/** SQL: which priority the contact `c` gives its call; the column's comment in 0016-recorded-calls.sql says what each means. */
export const priorityOf = (c: string): string => `
  case when ${c}.is_logged or ${c}.media_type_id not in (${spoken.join()}) then 0
       when ${c}.agent_id is null or ${c}.total_duration_seconds <= ${shortSeconds} then ${unlikely}
       else 1 end`;

/** SQL: the priority of the row `r` as its contacts gave it. */
export const firstPriority = (r: string): string =>
  `case ${r}.priority when ${askedInVain} then 1 else ${r}.priority end`;

/** SQL: when a call of this priority that ended then is asked about first. */
export const firstLook = (priority: string, endedAt: string): string =>
  `case when ${priority} = ${unlikely} then greatest(now(), ${endedAt} + ${unlikelyAfter}) else now() end`;

/** SQL: when the contact `c` ended. */
export const endOf = (c: string): string =>
  `${c}.contact_start_date + coalesce(${c}.total_duration_seconds, 0) * interval '1 second'`;
