import { isDisproved } from '../cxone';
import type { ContactPage } from '../cxone';

/** Asks for rows of a pass from a time on. */
type Ask = (from: string, skip: number, top: number) => Promise<ContactPage>;

/**
 * How many contacts CXone counts from a time on, proven as far as a small answer can: a total that is smaller than the
 * rows of its own answer is none.
 *
 * @param read rows that the list showed when it was read: its last one is asked for, so that a total that is capped, or
 * counts the page alone, shows.
 */
export async function countByEnd(ask: Ask, from: string, read: number): Promise<number | null> {
  const skip = Math.max(0, read - 1);
  const page = await ask(from, skip, 1);
  // The list has become shorter: from its beginning, then.
  if (page.records.length === 0 && skip > 0) return countByEnd(ask, from, 0);
  if (isDisproved(page, skip)) return null;
  return page.totalRecords ?? (page.records.length === 0 ? 0 : null);
}

/** So often the difference of two counts is taken again while contacts change between them. */
const countsAtMost = 5;

/**
 * How many contacts were last updated in [from, to), where CXone only counts "since": the difference of two counts. It
 * is exact when nothing has changed between, as every change moves a contact behind `to`: a third count shows that.
 * Under constant change it may be low by those few, never high, so that nothing read is ever missed in vain. `since` is
 * the first of them, from `from` until now.
 */
export async function countBetween(
  ask: Ask,
  from: string,
  to: string,
): Promise<{ readonly between: number | null; readonly since: number | null }> {
  let later = await countByEnd(ask, to, 0);
  for (let turn = 1; ; turn += 1) {
    const since = await countByEnd(ask, from, 0);
    const again = await countByEnd(ask, to, 0);
    if (since === null || later === null || again === null) return { between: null, since };
    if (again === later || turn === countsAtMost) return { between: Math.max(0, since - again), since };
    later = again;
  }
}
