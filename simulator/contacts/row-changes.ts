import { hourMs, readStamp } from '../data/calendar';
import type { ContactIndex } from './contact-index';
import type { Edits } from './mutations';
import type { RowEffect } from '../http/fault-effect';
import { sortedPage } from './ordered-list';
import { Dice, fraction, hash } from '../data/random';

/**
 * Rows that come, go or change while a client reads: applied once the request that fires them has been answered,
 * to rows in the window that this request asked for. Inserted rows start near the window's beginning.
 */
export function createRowChanges(seed: number, index: ContactIndex, edits: Edits): RowEffect {
  return (name, { count = 1, agoSeconds = 0 }, { parameters, now, sequence }) => {
    const stamp = now - agoSeconds * 1000;
    const time = (parameter: string): number | undefined => readStamp(parameters.get(parameter) ?? '');
    const startFrom = time('startDate') ?? time('updatedSince') ?? now - hourMs;
    const startTo = time('endDate') ?? now;
    if (name === 'insertLate') {
      const room = Math.max(1, Math.min(hourMs, startTo - startFrom));
      for (let i = 0; i < count; i++) {
        edits.insert(startFrom + Math.floor(fraction(seed, sequence, i, 31) * room), stamp);
      }
      return;
    }
    const query = {
      startFrom,
      startTo,
      updatedFrom: -Infinity,
      filter: {},
      orderBy: { field: 'contactStartDate', descending: false },
    };
    const { segments, total } = index.select(query, now);
    // The first rows of the window: those a reader has passed already, so that the rest slides up.
    const ids = sortedPage(
      segments,
      { skip: 0, top: Math.min(count, total) },
      new Dice(hash(seed, sequence, 32)),
    );
    for (const id of ids) {
      if (name === 'removeRows') edits.remove(id);
      else edits.touch(id, stamp);
    }
  };
}
