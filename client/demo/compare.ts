import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import axios from 'axios';
import type { Store } from '../../store';

/** What the simulator says a complete copy of a window holds (docs/simulator.md). */
interface Truth {
  readonly contacts: number;
  readonly contactsHash: string;
  readonly agents: number;
  readonly agentsHash: string;
  readonly recordings: readonly TrueRecording[];
}

interface TrueRecording {
  readonly masterContactId: number;
  readonly segmentId: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** One line of the comparison. */
export interface Finding {
  readonly what: string;
  readonly expected: string;
  readonly stored: string;
  readonly equal: boolean;
}

/**
 * Compares what is stored for a day with the simulator's truth: contacts and agents by a hash over id and change stamp,
 * recordings file by file, each hashed again from the disk.
 */
export async function compareWithTruth(
  store: Store,
  { simulator, recordingsFolder }: { readonly simulator: string; readonly recordingsFolder: string },
  tenant: string,
  day: { readonly from: Date; readonly to: Date },
): Promise<readonly Finding[]> {
  const { data: truth } = await axios.get<Truth>(`${simulator}/simulator/truth`, {
    params: { from: day.from.toISOString(), to: day.to.toISOString(), recordings: true },
    maxContentLength: Infinity,
  });
  const contacts = await hashRows(
    store,
    `select contact_id as id, last_update_time as changed from cxone.contact
     where tenant = $1 and contact_start_date >= $2 and contact_start_date < $3 and absent_since is null
     order by contact_id`,
    [tenant, day.from, day.to],
  );
  const agents = await hashRows(
    store,
    'select agent_id as id, last_updated as changed from cxone.agent where tenant = $1 order by agent_id',
    [tenant],
  );
  const recordings = await wholeRecordings(store, tenant, truth.recordings, recordingsFolder);
  const finding = (what: string, expected: number, stored: number, same: boolean): Finding => ({
    what,
    expected: String(expected),
    stored: String(stored),
    equal: expected === stored && same,
  });
  return [
    finding('contacts', truth.contacts, contacts.rows, contacts.hash === truth.contactsHash),
    finding('agents', truth.agents, agents.rows, agents.hash === truth.agentsHash),
    finding(
      'recordings',
      truth.recordings.length,
      recordings.stored,
      recordings.whole === truth.recordings.length,
    ),
  ];
}

/** Rows of recordings by what became of them; `bytes` of the stored ones. */
export interface RecordingTotals {
  readonly stored: number;
  readonly pending: number;
  readonly failed: number;
  readonly bytes: number;
}

/** Counts a tenant's recordings once each: a call that reaches into two windows is in both of their reports. */
export async function countRecordings(store: Store, tenant: string): Promise<RecordingTotals> {
  const { rows } = await store.pool.query<RecordingTotals>(
    `select count(*) filter (where status = 'stored')::int as stored,
            count(*) filter (where status = 'pending')::int as pending,
            count(*) filter (where status = 'failed')::int as failed,
            coalesce(sum(bytes), 0)::float8 as bytes
     from cxone.recording where tenant = $1`,
    [tenant],
  );
  return rows[0] ?? { stored: 0, pending: 0, failed: 0, bytes: 0 };
}

async function hashRows(store: Store, sql: string, values: readonly unknown[]) {
  const { rows } = await store.pool.query<{ id: string; changed: Date }>(sql, [...values]);
  const hash = createHash('sha256');
  for (const { id, changed } of rows) hash.update(`${id}|${changed.toISOString()}\n`);
  return { rows: rows.length, hash: hash.digest('hex') };
}

/** How many files are stored, and how many of the true ones are on the disk byte for byte. */
async function wholeRecordings(
  store: Store,
  tenant: string,
  truth: readonly TrueRecording[],
  folder: string,
): Promise<{ readonly stored: number; readonly whole: number }> {
  const { rows } = await store.pool.query<{
    segment_id: string;
    storage_key: string;
    bytes: string;
    sha256: string;
  }>(
    `select segment_id, storage_key, bytes, sha256 from cxone.recording where tenant = $1 and status = 'stored'`,
    [tenant],
  );
  const bySegment = new Map(rows.map((row) => [row.segment_id, row]));
  let whole = 0;
  for (const { segmentId, bytes, sha256 } of truth) {
    const row = bySegment.get(segmentId);
    if (!row || Number(row.bytes) !== bytes || row.sha256 !== sha256) continue;
    if ((await hashFile(join(folder, row.storage_key))) === sha256) whole += 1;
  }
  return { stored: rows.length, whole };
}

async function hashFile(path: string): Promise<string | null> {
  const hash = createHash('sha256');
  try {
    await pipeline(createReadStream(path), hash);
    return hash.digest('hex');
  } catch {
    // A file that is not there is a finding, not a crash.
    return null;
  }
}
