import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Pool } from 'pg';
import { compareIds, differences, type StoredRow } from '../e2e/truth';
import type { FaultSchedule } from './fault-schedule';
import type { TrueContact, WindowTruth } from './window-truth';

/** Where to look and what may differ. */
export interface Comparison {
  readonly pool: Pool;
  readonly folder: string;
  readonly tenant: string;
  readonly window: Pick<FaultSchedule, 'by' | 'from' | 'to'>;
  readonly truth: WindowTruth;
  /** States of a contact that were served at some time of the run, by id: a row may have been read before it changed. */
  readonly earlier: ReadonlyMap<string, readonly TrueContact[]>;
  /** Whether rows that went away must be marked; not where the rows moved in every round. */
  readonly tombstones: boolean;
  /** Whether CXone hides agents from the service user. */
  readonly agentsHidden: boolean;
  /** How recordings may have ended instead of being stored. */
  readonly lost: readonly string[];
}

/** The differences from the truth, one line each; empty when the window is equal to it. */
export async function compareWindow(comparison: Comparison): Promise<string[]> {
  return [
    ...(await compareContacts(comparison)),
    ...(await compareRecordings(comparison)),
    ...(await compareAgents(comparison)),
  ];
}

async function compareContacts(comparison: Comparison): Promise<string[]> {
  const { pool, tenant, window, truth, earlier, tombstones } = comparison;
  // By update a page also holds what changed after the window, and a reading what has left it since.
  const stamp = window.by === 'start' ? 'contact_start_date' : 'last_update_time';
  const { rows } = await pool.query<StoredRow>(
    `select * from cxone.contact where tenant = $1 and ${stamp} >= $2 and ${stamp} < $3`,
    [tenant, new Date(window.from), new Date(window.to)],
  );
  const present = rows.filter((row) => row['absent_since'] === null);
  const { missing, unexpected } = compareIds(
    truth.contacts.keys(),
    present.map((row) => String(row['contact_id'])),
  );
  const problems = missing.map((id) => `contact ${id} is missing`);
  for (const id of unexpected) {
    if (window.by === 'start' && (tombstones || !earlier.has(id)))
      problems.push(`contact ${id} is not in the source and not marked absent`);
  }
  for (const row of present) {
    const id = String(row['contact_id']);
    const states = [truth.contacts.get(id), ...(earlier.get(id) ?? [])].filter((one) => one !== undefined);
    if (states.length === 0) continue;
    const wrong = states.map((state) => wrongIn(state, row));
    if (wrong.every((list) => list.length > 0)) problems.push(`contact ${id}: ${wrong[0]?.join('; ')}`);
  }
  const { rows: rejected } = await pool.query<{ n: number; bare: number }>(
    `select count(*)::int as n, count(*) filter (where reason = '')::int as bare
     from cxone.rejected_record where tenant = $1 and kind = 'contacts'`,
    [tenant],
  );
  const found = rejected[0] ?? { n: 0, bare: 0 };
  if (found.n < truth.rejected) problems.push(`${found.n} records rejected instead of ${truth.rejected}`);
  if (found.bare > 0) problems.push(`${found.bare} records rejected without a reason`);
  return problems;
}

function wrongIn(contact: TrueContact, row: StoredRow): string[] {
  const flags = (row['sanitised'] as readonly string[] | null) ?? [];
  const flagged = compareIds(contact.sanitised, flags);
  return [
    ...differences(contact.record, row),
    ...flagged.missing.map((field) => `${field} is not flagged as sanitised`),
    ...flagged.unexpected.map((field) => `${field} is flagged as sanitised`),
  ];
}

async function compareRecordings({ pool, folder, tenant, truth, lost }: Comparison): Promise<string[]> {
  const { rows } = await pool.query<Record<string, string | null>>(
    `select master_contact_id, segment_id, status, storage_key, bytes::text as bytes, sha256
     from cxone.recording where tenant = $1`,
    [tenant],
  );
  const problems: string[] = [];
  const stored = rows.filter(({ status }) => status === 'stored');
  for (const row of stored) {
    const name = `${row['master_contact_id']}/${row['segment_id']}`;
    const expected = truth.recordings.get(name);
    const path = join(folder, row['storage_key'] ?? '');
    if (!existsSync(path)) problems.push(`recording ${name} is not on the disk`);
    else if (expected) {
      const content = readFileSync(path);
      const sha256 = createHash('sha256').update(content).digest('hex');
      const recorded = `${row['bytes']} ${row['sha256']}`;
      const right = `${expected.bytes} ${expected.sha256}`;
      if (recorded !== right || `${content.length} ${sha256}` !== right)
        problems.push(`recording ${name} differs`);
    }
  }
  const names = new Set(stored.map((row) => `${row['master_contact_id']}/${row['segment_id']}`));
  const lostCalls = new Set(
    rows.filter(({ status }) => lost.includes(status ?? '')).map((row) => row['master_contact_id']),
  );
  for (const [name, { masterContactId }] of truth.recordings) {
    if (names.has(name) || lostCalls.has(String(masterContactId))) continue;
    problems.push(`recording ${name} is neither stored nor ${lost.join(' or ') || 'excused'}`);
  }
  const files = existsSync(join(folder, tenant))
    ? readdirSync(join(folder, tenant), { recursive: true, withFileTypes: true }).filter(
        (one) => one.isFile() && !one.name.endsWith('.mp4.json'),
      )
    : [];
  if (files.length !== stored.length)
    problems.push(`${files.length} files exist, ${stored.length} rows describe one`);
  return problems;
}

/** Every agent behind a contact is stored, or was not found where CXone hides some. */
async function compareAgents({ pool, tenant, agentsHidden }: Comparison): Promise<string[]> {
  const { rows } = await pool.query<{ agent_id: string }>(
    `select distinct c.agent_id from cxone.contact c
     where c.tenant = $1 and c.agent_id is not null
       and not exists (select from cxone.agent a where a.tenant = $1 and a.agent_id = c.agent_id)
       and not ($2 and exists (select from cxone.agent_look l where l.tenant = $1 and l.agent_id = c.agent_id))`,
    [tenant, agentsHidden],
  );
  return rows.map(({ agent_id: id }) => `agent ${id} is missing`);
}
