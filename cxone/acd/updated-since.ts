import { CxoneError } from '../cxone-error';
import { isObject, valueOf } from '../json/json';
import { normaliseTimestamp } from '../records/timestamp';

/** CXone's documents spell the parameter of `/agents` and `/teams` one way, its own clients the other (contract §3.1). */
type Spelling = 'updatedSince' | 'updateSince';

/** Asks lists for what changed since a time, under whichever name of the parameter the server respects. */
export interface UpdatedSince {
  /**
   * One page of such a list.
   * @param ask makes the request with this parameter, from this row on; may be called up to twice
   */
  page<Page extends { readonly records: readonly unknown[] }>(
    since: Date,
    skip: number,
    ask: (parameter: Readonly<Record<string, string>>, skip: number) => Promise<Page>,
  ): Promise<Page>;
}

/** A record that changed so long before the time asked for does not belong into the answer, whatever the clocks say. */
const toleranceMs = 24 * 3_600_000;

/**
 * Makes the choice for one list of one client. `updatedSince` is sent first; when the first page holds records that
 * are older than asked, the server ignored it and `updateSince` is tried. What works is remembered; where neither
 * does, the whole list is taken as it comes, without asking twice again.
 *
 * Only a first page decides: the pages of one listing must all be asked for in one way, or rows between them are lost.
 * A client that sees only a later page (another worker had the first) asks for the first page again to decide alike.
 * Two clients can still differ when one knows better from an earlier listing and the first page does not show it, which
 * takes a page full of changed records.
 * @param stamp the field of a record that says when it changed
 */
export function createUpdatedSince(stamp: string): UpdatedSince {
  let spelling: Spelling = 'updatedSince';
  let settled = false;
  /** The listing that was begun last. */
  let begun: { readonly since: number; readonly spelling: Spelling } | null = null;

  return {
    async page(since, skip, ask) {
      const asked = (name: Spelling, from: number) => ask({ [name]: since.toISOString() }, from);

      const first = async () => {
        let page = await asked(spelling, 0);
        if (!settled && holdsOlder(page.records, stamp, since)) {
          const other: Spelling = spelling === 'updatedSince' ? 'updateSince' : 'updatedSince';
          const second = await asked(other, 0).catch(unlessRefused);
          settled = true;
          if (second !== null && !holdsOlder(second.records, stamp, since)) {
            spelling = other;
            page = second;
          }
        }
        begun = { since: since.getTime(), spelling };
        return page;
      };

      if (skip === 0) return first();
      if (!settled && begun?.since !== since.getTime()) await first();
      return asked(begun?.since === since.getTime() ? begun.spelling : spelling, skip);
    },
  };
}

/** A server may not know the other name at all. */
function unlessRefused(error: unknown): null {
  if (error instanceof CxoneError && error.code === 'BadRequest') return null;
  throw error;
}

function holdsOlder(records: readonly unknown[], stamp: string, since: Date): boolean {
  return records.some((record) => {
    const changed = isObject(record) ? normaliseTimestamp(valueOf(record, stamp)) : null;
    return changed !== null && Date.parse(changed) < since.getTime() - toleranceMs;
  });
}
