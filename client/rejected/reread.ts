import {
  parseRecord,
  readAgent,
  readContact,
  readEvaluation,
  readInteractionMetadata,
  readLookup,
  type Reading,
} from '../../cxone';
import type { KeptRecord, RecordKind, Reread } from '../../store';

/** Today's readers, by kind: one line for each. */
const readers: Readonly<Record<RecordKind, (record: unknown) => Reading>> = {
  contacts: readContact,
  agents: readAgent,
  ...readLookup,
  'interaction-metadata': readInteractionMetadata,
  evaluations: readEvaluation,
};

/** Reads a rejected record once more, as if it had just come. Never throws. */
export function reread(kind: RecordKind, { hash, raw, bytes }: KeptRecord): Reread {
  let record: unknown;
  try {
    record = parseRecord(bytes ?? Buffer.from(raw));
  } catch {
    return { hash, ok: false, reason: 'the record as kept is not JSON' };
  }
  const reading = readers[kind](record);
  if (!reading.ok) return { hash, ok: false, reason: reading.reason, field: reading.field };
  const { values, extra, drift, replaced } = reading;
  const row = { values, extra, ...(replaced !== undefined && { replaced }) };
  return { hash, ok: true, row, drift };
}
