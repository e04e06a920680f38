import type { PoolClient } from 'pg';
import { storableJson, storableText } from './sanitise';

/** What Media Playback tells of one interaction of a call. Times are ISO 8601 with zone, lists JSON text. */
export interface InteractionRow {
  readonly segmentId: string;
  readonly interactionId: string | null;
  readonly kind: string | null;
  readonly mediaType: string | null;
  readonly channelType: string | null;
  readonly isElevated: boolean | null;
  readonly startTime: string | null;
  readonly endTime: string | null;
  readonly acwEndTime: string | null;
  readonly directionType: string | null;
  readonly openReasonType: string | null;
  readonly closeReasonType: string | null;
  readonly holdSeconds: number;
  readonly maskSeconds: number;
  readonly hasFile: boolean;
  readonly participants: string;
  readonly segments: string;
  readonly sentiments: string;
  readonly categories: string;
  readonly tags: string;
  readonly businessData: string;
  readonly messages: string;
  readonly email: string | null;
}

type Value = string | number | boolean | null;

/** Columns in their order, each with what goes into it; jsonb first made fit for PostgreSQL. */
const columns: ReadonlyArray<readonly [name: string, value: (row: InteractionRow) => Value]> = [
  ['segment_id', (row) => row.segmentId],
  ['interaction_id', (row) => text(row.interactionId)],
  ['kind', (row) => text(row.kind)],
  ['media_type', (row) => text(row.mediaType)],
  ['channel_type', (row) => text(row.channelType)],
  ['is_elevated', (row) => row.isElevated],
  ['start_time', (row) => row.startTime],
  ['end_time', (row) => row.endTime],
  ['acw_end_time', (row) => row.acwEndTime],
  ['direction_type', (row) => text(row.directionType)],
  ['open_reason_type', (row) => text(row.openReasonType)],
  ['close_reason_type', (row) => text(row.closeReasonType)],
  ['hold_seconds', (row) => row.holdSeconds],
  ['mask_seconds', (row) => row.maskSeconds],
  ['has_file', (row) => row.hasFile],
  ['participants', (row) => storableJson(row.participants)],
  ['segments', (row) => storableJson(row.segments)],
  ['sentiments', (row) => storableJson(row.sentiments)],
  ['categories', (row) => storableJson(row.categories)],
  ['tags', (row) => storableJson(row.tags)],
  ['business_data', (row) => storableJson(row.businessData)],
  ['messages', (row) => storableJson(row.messages)],
  ['email', (row) => (row.email === null ? null : storableJson(row.email))],
];

const names = columns.map(([name]) => name);
const upsertSql = `
  insert into cxone.interaction (tenant, master_contact_id, ${names.join(', ')})
  values ($1, $2, ${names.map((_name, index) => `$${index + 3}`).join(', ')})
  on conflict (tenant, master_contact_id, segment_id) do update
  set ${names
    .slice(1)
    .map((name) => `${name} = excluded.${name}`)
    .join(', ')}, looked_up_at = now()`;

/**
 * Inside the transaction that notes what became of a call's recording: stores what the answer told of its interactions.
 * The newest answer counts; an interaction that an answer no longer names stays.
 */
export async function saveInteractions(
  client: PoolClient,
  tenant: string,
  masterContactId: string,
  interactions: readonly InteractionRow[],
): Promise<void> {
  // In key order, as everywhere, so that two of them cannot deadlock.
  for (const row of interactions.toSorted((a, b) => (a.segmentId < b.segmentId ? -1 : 1))) {
    await client.query(upsertSql, [tenant, masterContactId, ...columns.map(([, value]) => value(row))]);
  }
}

function text(value: string | null): string | null {
  return value === null ? null : storableText(value);
}
