import { startsBefore } from './contact-page';
import { isDisproved, mayGoOn, type PageOfList } from './list-page';

/** Some rows of a span of contacts. */
export interface CountRows {
  readonly skip: number;
  readonly top: number;
  /** From the latest start backwards. */
  readonly latestFirst: boolean;
}

/** Rows at the end of a span that are looked at; more only where all of them lie beyond it. */
const rowsAtEnd = 50;

/**
 * How many contacts CXone holds of a span, by its total, less those that start at its end or later (contract §2.8,
 * §11.14). One request, or two: the second asks for what follows the last row, so that a total that is capped, or counts
 * the page alone, is found out.
 *
 * @param ask makes a request for rows of the span
 * @param to end of the span, exclusive
 * @returns null when CXone does not say, or rows prove that what it says is no total
 */
export async function countContacts(
  ask: (rows: CountRows) => Promise<PageOfList>,
  to: Date,
): Promise<number | null> {
  const isOwn = startsBefore(to.getTime());
  let beyond = 0;
  for (let skip = 0; ;) {
    const page = await ask({ skip, top: rowsAtEnd, latestFirst: true });
    const { records, totalRecords } = page;
    // Rows went while they were counted, or there are none.
    if (records.length === 0) return skip > 0 ? null : (totalRecords ?? 0);
    if (totalRecords === null || isDisproved(page, skip)) return null;
    const others = records.filter((record) => !isOwn(record)).length;
    const more = mayGoOn(page, skip, rowsAtEnd);
    beyond += others;
    skip += records.length;
    if (more && others === records.length) continue;
    if (more) {
      const behind = await ask({ skip: totalRecords, top: 1, latestFirst: false });
      if (behind.records.length > 0) return null;
    }
    return totalRecords - beyond;
  }
}
