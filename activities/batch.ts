import { createPace, originOf, type Reading } from '../cxone';
import type { Batch } from '../store';

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] extends readonly (infer One)[] ? One[] : T[Key] };

/** Signs of drift noted of one page. Nothing is lost beyond: the fields themselves are in `extra`. */
const driftAtMost = 1_000;
/** A record whose size is not known counts as many bytes. */
const usualRecord = 2_000;

/** Splits readings into rows for the table, rejected records and signs of schema drift. */
export function toBatch(readings: readonly Reading[]): Batch {
  const batch = createBatch();
  for (const reading of readings) batch.add(reading);
  return batch.done();
}

/** Reads records into a batch, with turns for others in between: a page has ten thousand of them, and more. */
export async function readBatch(
  records: readonly unknown[],
  read: (record: unknown) => Reading,
): Promise<Batch> {
  const pace = createPace();
  const batch = createBatch();
  for (const record of records) {
    batch.add(read(record));
    const turn = pace.spend(originOf(record)?.weight ?? usualRecord);
    if (turn !== undefined) await turn;
  }
  return batch.done();
}

function createBatch() {
  const { rows, rejected }: Mutable<Omit<Batch, 'drift'>> = { rows: [], rejected: [] };
  const drift = new Map<string, Batch['drift'][number]>();
  return {
    add(reading: Reading): void {
      if (!reading.ok) {
        rejected.push(reading);
        return;
      }
      rows.push(reading);
      for (const sign of reading.drift) {
        if (drift.size === driftAtMost) break;
        drift.set(`${sign.field}:${sign.observedType}`, sign);
      }
    },
    done: (): Batch => ({ rows, rejected, drift: [...drift.values()] }),
  };
}

/** What records take up in memory, in bytes; a rough figure. */
export function weightOf(records: readonly unknown[]): number {
  return records.reduce<number>((sum, record) => sum + (originOf(record)?.weight ?? usualRecord), 0);
}
