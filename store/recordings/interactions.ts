import type { PoolClient } from 'pg';
import type { Drift } from '../ingest/batch';
import { snakeCase } from '../ingest/columns';
import { noteDrift } from '../ingest/schema-drift';
import { storableJson, storableText } from '../ingest/sanitise';

const texts = [
  'interactionId',
  'kind',
  'mediaType',
  'channelType',
  'directionType',
  'openReasonType',
  'closeReasonType',
] as const;
const lists = [
  'participants',
  'segments',
  'sentiments',
  'categories',
  'tags',
  'businessData',
  'messages',
] as const;
const times = ['startTime', 'endTime', 'acwEndTime'] as const;

type Fields<Names extends readonly string[], Type> = { readonly [Name in Names[number]]: Type };

/** What Media Playback says about one interaction of a call. Times are ISO 8601 with zone, lists JSON text. */
export interface InteractionRow
  extends Fields<typeof texts | typeof times, string | null>, Fields<typeof lists, string> {
  readonly segmentId: string;
  readonly isElevated: boolean | null;
  readonly holdSeconds: number;
  readonly maskSeconds: number;
  readonly hasFile: boolean;
  readonly email: string | null;
  /** JSON object text of what has no column; null when there is none. */
  readonly extra?: string | null;
  /** What is noted of the fields in `extra`. */
  readonly drift?: readonly Drift[];
  /** Of the fields here, those in which bytes that are no UTF-8 became U+FFFD. */
  readonly replaced?: readonly string[];
}

type Value = string | number | boolean | null;

const plain = ['segmentId', 'isElevated', ...times, 'holdSeconds', 'maskSeconds', 'hasFile'] as const;
const jsons = [...lists, 'email', 'extra'] as const;

const columns = [...plain, ...texts, ...jsons, 'sanitised'].map(snakeCase);

/** What goes into the columns, in their order; what PostgreSQL cannot hold is replaced, and its field noted. */
function valuesOf(row: InteractionRow): readonly (Value | readonly string[])[] {
  const sanitised = new Set(row.replaced?.map(storableText));
  const storable = (field: keyof InteractionRow, make: (text: string) => string): string | null => {
    const value = row[field];
    if (typeof value !== 'string') return null;
    const made = make(value);
    if (made !== value) sanitised.add(field);
    return made;
  };
  return [
    ...plain.map((field) => row[field]),
    ...texts.map((field) => storable(field, storableText)),
    ...jsons.map((field) => storable(field, storableJson)),
    sanitised.size === 0 ? null : [...sanitised],
  ];
}

const upsertSql = `
  insert into cxone.interaction (tenant, master_contact_id, ${columns.join(', ')})
  values ($1, $2, ${columns.map((_name, index) => `$${index + 3}`).join(', ')})
  on conflict (tenant, master_contact_id, segment_id) do update
  set ${columns
    .filter((name) => name !== 'segment_id')
    .map((name) => `${name} = excluded.${name}`)
    .join(', ')}, looked_up_at = now()`;

/**
 * Inside the transaction that notes what became of a call's recording: stores what the answer said of its interactions.
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
    await client.query(upsertSql, [tenant, masterContactId, ...valuesOf(row)]);
  }
  const drift = interactions.flatMap((row) => row.drift ?? []);
  await noteDrift(client, tenant, 'interactions', drift);
}
