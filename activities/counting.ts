import { type ContactPage, isDisproved } from '../cxone';

/** Asks for rows of a pass from a time on. */
type Ask = (from: string, skip: number, top: number) => Promise<ContactPage>;

/** A count as far as a small answer can prove it. */
export interface ProvenCount {
  /** Null when CXone does not say, or rows prove that what it says is no total. */
  readonly total: number | null;
  /** Such rows follow the last one that was read: the reading ended too early, at a page that CXone cut short. */
  readonly goesOn?: boolean;
}

/**
 * How many contacts CXone counts from a time on: a total that is smaller than the rows of its own answer is none.
 *
 * @param read rows that the list showed when it was read. Its last one and one more are asked for, so that a total that
 * is capped, or counts the page alone, shows, and that the list goes on, too. An honest source answers with the one row.
 * No page is cut short to a single row, so that a list of one is asked for that one.
 */
export async function countByEnd(ask: Ask, from: string, read: number): Promise<ProvenCount> {
  const skip = Math.max(0, read - 1);
  const page = await ask(from, skip, skip > 0 ? 2 : 1);
  const { records, totalRecords } = page;
  // The list has become shorter: from its beginning, then.
  if (records.length === 0 && skip > 0) return countByEnd(ask, from, 0);
  if (records.length === 0) return { total: totalRecords ?? 0 };
  if (totalRecords !== null && !isDisproved(page, skip)) return { total: totalRecords };
  // More rows than were asked for are no page, and prove nothing.
  return { total: null, ...(records.length === 2 && { goesOn: true }) };
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
  let { total: later } = await countByEnd(ask, to, 0);
  for (let turn = 1; ; turn += 1) {
    const { total: since } = await countByEnd(ask, from, 0);
    const { total: again } = await countByEnd(ask, to, 0);
    if (since === null || later === null || again === null) return { between: null, since };
    if (again === later || turn === countsAtMost) return { between: Math.max(0, since - again), since };
    later = again;
  }
}
