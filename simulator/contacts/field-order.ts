import { readStamp } from '../data/calendar';
import type { ContactRows } from './contact-rows';
import type { OrderedList } from './ordered-list';
import { fieldReader } from './row-text';

/** Puts rows into the order of a field that is no column. */
export function sortByField(
  field: string,
  lists: readonly OrderedList[],
  rows: ContactRows,
  now: number,
): OrderedList {
  const read = fieldReader(field);
  const ids = lists.flatMap((part) => [...part.ids]);
  const values = lists.flatMap((part) =>
    rows.read(part.ids, now).map((row) => comparable(read(row.toString()))),
  );
  const order = ids.map((_, i) => i).sort((a, b) => compare(values[a], values[b]));
  const keys: number[] = [];
  for (const [place, i] of order.entries()) {
    const isEqual = place > 0 && compare(values[order[place - 1] as number], values[i]) === 0;
    keys.push(isEqual ? (keys.at(-1) as number) : place);
  }
  return { ids: Float64Array.from(order, (i) => ids[i] as number), keys: Float64Array.from(keys) };
}

/** Stamps are compared as times: as text, `…31.5Z` would sort before `…31Z`. */
function comparable(value: unknown): unknown {
  return typeof value === 'string' ? (readStamp(value) ?? value) : value;
}

function compare(a: unknown, b: unknown): number {
  if (a === b) return 0;
  if (a === null || a === undefined) return -1;
  if (b === null || b === undefined) return 1;
  if (typeof a === typeof b)
    return (a as number) < (b as number) ? -1 : (a as number) > (b as number) ? 1 : 0;
  return typeof a < typeof b ? -1 : 1;
}
