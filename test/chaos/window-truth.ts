import { type BadRecordKind, type RecordingTruth, type Simulator } from '../../simulator';
import { ask } from '../unit/simulator/client';
import type { ApiRecord } from '../e2e/truth';
import type { FaultSchedule } from './fault-schedule';

/** A contact as it must be stored. */
export interface TrueContact {
  readonly record: ApiRecord;
  /** Fields whose text PostgreSQL cannot hold as it came. */
  readonly sanitised: readonly string[];
}

/** What the source holds of a window at a moment. */
export interface WindowTruth {
  /** Rows that can be stored, by the id they are served under. */
  readonly contacts: ReadonlyMap<string, TrueContact>;
  /** Rows that cannot: no id, an id beyond 64 bits, no start. */
  readonly rejected: number;
  /** Files of the logged calls among the storable rows, by `master/segment`. */
  readonly recordings: ReadonlyMap<string, RecordingTruth>;
  /** Logged calls among the storable rows. */
  readonly calls: number;
}

const unusable: ReadonlySet<BadRecordKind> = new Set<BadRecordKind>([
  ...(['missingKey', 'nullKey', 'giantId', 'badDate', 'deep', 'hugeNumber'] as const),
]);

/** No contact changes later than this after its start (simulator/contacts/contact-facts.ts), but for those that are touched. */
const latestChangeMs = 2 * 86_400_000;

/** Asks the simulator, which answers the truth whatever its faults say. */
export async function windowTruth(
  simulator: Simulator,
  { by, from: first, to }: Pick<FaultSchedule, 'by' | 'from' | 'to'>,
): Promise<WindowTruth> {
  // By update: those of the contacts that started long enough before which were last updated in the window.
  const from = by === 'start' ? first : first - latestChangeMs;
  const updated = by === 'start' ? {} : { updatedFrom: first, updatedTo: to };
  const truth = simulator.truth({ from, to, ...updated, recordings: by === 'start' });
  const kinds = new Map(truth.badRecords.map(({ contactId, kind }) => [contactId, kind]));
  const dates = Object.entries({ from, to, ...updated }).map(([name, at]) => [
    name,
    new Date(at).toISOString(),
  ]);
  const query = new URLSearchParams(Object.fromEntries(dates) as Record<string, string>);
  const { body } = await ask(`${simulator.address}/simulator/truth/contacts?${query.toString()}`);
  const lines = body
    .toString()
    .split('\n')
    .filter((line) => line !== '' && (by === 'start' || isWithin(JSON.parse(line) as ApiRecord, first, to)));
  const contacts = new Map<string, TrueContact>();
  const calls = new Set<string>();
  for (const line of lines) {
    const served = readLine(line);
    if (!served) continue;
    const kind = kinds.get(plainId(served.id));
    if (kind !== undefined && unusable.has(kind)) continue;
    contacts.set(served.id, asStored(served.record, served.id, kind));
    if (by === 'start' && served.record['isLogged'] === true)
      calls.add(String(served.record['masterContactId']));
  }
  const recordings = (truth.recordings ?? [])
    .filter(({ masterContactId }) => calls.has(String(masterContactId)))
    .map((one) => [`${one.masterContactId}/${one.segmentId}`, one] as const);
  return {
    contacts,
    rejected: lines.length - contacts.size,
    recordings: new Map(recordings),
    calls: calls.size,
  };
}

function isWithin({ lastUpdateTime }: ApiRecord, from: number, to: number): boolean {
  const stamp = Date.parse(String(lastUpdateTime));
  return stamp >= from && stamp < to;
}

/** JSON of a line and its id in all its digits; nothing when it has no id that is a number. */
function readLine(line: string): { readonly id: string; readonly record: ApiRecord } | undefined {
  const id = /"contactId":"?(\d+)"?[,}]/.exec(line)?.[1];
  return id === undefined ? undefined : { id, record: JSON.parse(line) as ApiRecord };
}

/** The id a row would have had: huge and giant ones hold it between digits of their own (simulator/contacts/bad-records.ts). */
function plainId(id: string): number {
  if (id.length === 19) return Number(id.slice(1, 13));
  return Number(id.length > 19 ? id.slice(2, 14) : id);
}

/** What must stand in the tables for a row that is spoilt in a way that can be read. */
function asStored(record: ApiRecord, id: string, kind: BadRecordKind | undefined): TrueContact {
  const row: Record<string, unknown> = { ...record, contactId: id };
  const note = String(record['dispositionNotes']);
  if (kind === 'nul' || kind === 'loneSurrogate') {
    row['dispositionNotes'] = note.replace(/[\0\ud800-\udfff]/u, '\ufffd');
    return { record: row, sanitised: ['dispositionNotes'] };
  }
  if (kind === 'booleanAsText') row['isTakeover'] = record['isTakeover'] === 'true';
  // What is no number goes to `extra` (test/e2e/awkward-source.test.ts) and leaves its column empty.
  if (kind === 'typeFlip') row['holdCount'] = null;
  if (kind === 'groupedNumber') row['totalDurationSeconds'] = 1_234.5;
  return { record: row, sanitised: [] };
}
