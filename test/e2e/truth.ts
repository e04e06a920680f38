import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ask } from '../unit/simulator/client';
import type { Span, TestEnvironment } from './test-environment';

/** A record as the API serves it, parsed. */
export type ApiRecord = Readonly<Record<string, unknown>>;

/** A row as node-postgres reads it: bigint as text, timestamptz as Date. */
export type StoredRow = Readonly<Record<string, unknown>>;

/** The contacts of a window as the simulator serves them, by contact id; for windows without spoilt records. */
export async function trueContacts(
  { simulator }: TestEnvironment,
  { from, to }: Span,
  filter: Readonly<Record<string, string>> = {},
): Promise<ReadonlyMap<string, ApiRecord>> {
  const query = new URLSearchParams({ from, to, ...filter });
  const { body } = await ask(`${simulator.address}/simulator/truth/contacts?${query.toString()}`);
  const records = body
    .toString()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as ApiRecord);
  return new Map(records.map((record) => [String(record['contactId']), record]));
}

/** The contacts stored for a window and not marked absent, by contact id. */
export async function storedContacts(
  environment: TestEnvironment,
  { from, to }: Span,
): Promise<Map<string, StoredRow>> {
  const rows = await environment.query<StoredRow>(
    `select * from cxone.contact
     where tenant = 'acme' and contact_start_date >= $1 and contact_start_date < $2 and absent_since is null`,
    [from, to],
  );
  return new Map(rows.map((row) => [String(row['contact_id']), row]));
}

/** The column of a field, by the rule of docs/data-dictionary.md: `dateACWWarehoused` → `date_acw_warehoused`. */
export function columnOf(field: string): string {
  const words = field.match(/[A-Z]+(?![a-z])|[A-Z]?[a-z\d]+/g) ?? [];
  return words.map((word) => word.toLowerCase()).join('_');
}

/**
 * What is stored differently from what was served, one line each: every field in its column (instants as instants,
 * numbers as numbers), or in `extra` under the API's own spelling where it has no column.
 */
export function differences(record: ApiRecord, row: StoredRow | undefined): string[] {
  if (row === undefined) return ['is not stored'];
  const extra = (row['extra'] ?? {}) as ApiRecord;
  return Object.entries(record).flatMap(([field, value]) => {
    const column = columnNamed(field, row);
    const stored = column === undefined ? extra[field] : row[column];
    return isSame(value, stored)
      ? []
      : [`${field}: ${JSON.stringify(value)} became ${JSON.stringify(stored)}`];
  });
}

/** Ids that only one side has, and those stored in another state than the simulator's, by their change stamp. */
export async function unlikeTruth(environment: TestEnvironment, span: Span): Promise<string[]> {
  const truth = await trueContacts(environment, span);
  const stored = await storedContacts(environment, span);
  const { missing, unexpected } = compareIds(truth.keys(), stored.keys());
  const older = [...truth].filter(
    ([id, record]) =>
      stored.has(id) && !isSame(record['lastUpdateTime'], stored.get(id)?.['last_update_time']),
  );
  return [...missing, ...unexpected, ...older.map(([id]) => id)];
}

/** Compares two sets of ids; both lists are empty when they are equal. */
export function compareIds(expected: Iterable<string>, stored: Iterable<string>) {
  const [left, right] = [new Set(expected), new Set(stored)];
  return {
    missing: [...left].filter((id) => !right.has(id)),
    unexpected: [...right].filter((id) => !left.has(id)),
  };
}

export const nothingDiffers = { missing: [], unexpected: [] };

/** Every file below a folder with its hash, by its path relative to the folder; without manifests and the storage's mark. */
export function filesBelow(
  folder: string,
): ReadonlyMap<string, { readonly bytes: number; readonly sha256: string }> {
  const files = new Map<string, { bytes: number; sha256: string }>();
  if (!existsSync(folder)) return files;
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || entry.name.endsWith('.mp4.json') || entry.name === '.cxone-sync-storage') continue;
    const path = join(entry.parentPath, entry.name);
    const content = readFileSync(path);
    const sha256 = createHash('sha256').update(content).digest('hex');
    files.set(path.slice(folder.length + 1), { bytes: content.length, sha256 });
  }
  return files;
}

/** Agents' field names vary in case; their columns are named by a spelling of ours. */
function columnNamed(field: string, row: StoredRow): string | undefined {
  const exact = columnOf(field);
  if (exact in row) return exact;
  const bare = field.toLowerCase();
  return Object.keys(row).find((column) => column.includes('_') && column.replaceAll('_', '') === bare);
}

function isSame(served: unknown, stored: unknown): boolean {
  if (served === null || served === undefined) return stored === null || stored === undefined;
  if (stored instanceof Date)
    return stored.getTime() === (typeof served === 'string' ? Date.parse(served) : NaN);
  if (typeof served === 'object') return JSON.stringify(served) === JSON.stringify(stored);
  if (typeof stored === 'number') return stored === Number(served);
  // bigint comes as text, and numbers may stand in text columns.
  return typeof served === 'number' ? String(served) === stored : served === stored;
}
