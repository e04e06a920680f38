import {
  type ContactPage,
  type ContactPageRequest,
  type FilterCombination,
  countContacts,
  type CountRows,
  CxoneError,
  type CxoneClient,
  mayGoOn,
  shrinkingPage,
  startOfContact,
  startsBefore,
  leastCap,
} from '../../cxone';
import type { DaySpan } from './utc-days';
import { withRetries } from './retry';

/** What CXone holds of a span, asked pass by pass. Methods throw `CxoneError` after the last attempt. */
export interface Source {
  /**
   * How many contacts CXone counts; null when it gives no total, a wrong one, or not as many as `expected`.
   * One small request where there is one pass, two for each of several.
   */
  count(span: Pick<DaySpan, 'from' | 'to'>, expected: number): Promise<number | null>;
  /** Every contact of a span once, in pages, each with only the fields that identify it. */
  pages(span: Pick<DaySpan, 'from' | 'to'>): AsyncGenerator<SourcePage>;
}

export interface SourcePage {
  readonly records: readonly unknown[];
  /** What CXone counts for the whole pass, with its last page; null when it does not say, or rows prove it wrong. */
  readonly total?: number | null;
}

type Ask = Pick<CxoneClient, 'contactPage'>;
type Retrying = <T>(ask: () => Promise<T>) => Promise<T>;

/** Enough to identify a contact and its state; no personal data travels (`fields`, contract §2.1). */
const fields = ['contactId', 'contactStartDate', 'lastUpdateTime'];
/** A page is never asked for in smaller pieces than this, however slow CXone is. */
const smallestPage = 50;
/** After this many pages beyond what CXone counts, CXone is taken to ignore offsets. */
const pagesPastTotal = 100;

/** The source of a tenant: its usual filter's passes, `pageSize` rows a request. */
export function createSource(
  cxone: Ask,
  passes: readonly FilterCombination[],
  pageSize: number,
  retrying: Retrying = withRetries,
): Source {
  let top = pageSize;

  async function ask(request: Omit<ContactPageRequest, 'top' | 'fields'>): Promise<Asked> {
    const { page, top: asked } = await shrinkingPage(
      (rows) => retrying(() => cxone.contactPage({ ...request, top: rows, fields })),
      top,
      smallestPage,
    );
    top = asked;
    // A total alone does not end a longer page.
    const isUncut = page.records.length < leastCap;
    return { page, isLast: isUncut && !mayGoOn(page, request.skip, asked) };
  }

  return {
    async count({ from, to }, expected) {
      const request = async (
        filter: FilterCombination,
        { latestFirst, ...rows }: CountRows,
      ): Promise<ContactPage> =>
        retrying(() =>
          cxone.contactPage({ from, to, filter, ...rows, fields, ...(latestFirst && { latestFirst }) }),
        );
      const [only] = passes;
      if (passes.length === 1 && only && expected > 0) {
        const skip = expected - 1;
        const page = await request(only, { skip, top: rowsAtEnd, latestFirst: false });
        return endsWith(page, skip, to) ? expected : null;
      }
      let sum: number | null = 0;
      for (const filter of passes) {
        const total = await countContacts(async (rows) => request(filter, rows), to);
        sum = sum === null || total === null ? null : sum + total;
      }
      return sum;
    },
    async *pages({ from, to }) {
      for (const filter of passes) yield* readPass(ask, { from, to }, filter);
    },
  };
}

type Span = Pick<DaySpan, 'from' | 'to'>;

interface Asked {
  readonly page: ContactPage;
  readonly isLast: boolean;
}

type AskRows = (request: Omit<ContactPageRequest, 'top' | 'fields'>) => Promise<Asked>;

/** By offset, which is only right where nothing else distinguishes rows. */
async function* byOffset(ask: AskRows, span: Span, filter: FilterCombination): AsyncGenerator<SourcePage> {
  const isOwn = startsBefore(span.to.getTime());
  let skip = 0;
  for (let pastTotal = 0; pastTotal < pagesPastTotal;) {
    const { page, isLast: last } = await ask({ ...span, filter, skip });
    const own = page.records.filter(isOwn);
    yield { records: own };
    if (last || own.length < page.records.length) return;
    skip += page.records.length;
    if (page.totalRecords === null || skip >= page.totalRecords) pastTotal += 1;
  }
  throw new CxoneError(
    'IncompleteAnswer',
    'CXone Reporting (contacts) comes to no end among contacts of one start: it seems to ignore "skip".',
  );
}

/**
 * By seeking: the next request begins at the start that the last page ended with, and leaves the rows of that very
 * start to it. An answer is one moment's state, offsets over several would skip and repeat rows (contract §2.6).
 */
async function* readPass(ask: AskRows, span: Span, filter: FilterCombination): AsyncGenerator<SourcePage> {
  const isOwn = startsBefore(span.to.getTime());
  let { from } = span;
  let total: number | null | undefined;
  // Null until the end was seen: rows that fill a page up to the end of the span hide what is beyond it.
  let beyond: number | null = null;
  let rows = 0;
  const show = (records: readonly unknown[]): SourcePage => {
    rows += records.length;
    return { records };
  };
  while (from < span.to) {
    const { page, isLast: last } = await ask({ from, to: span.to, filter, skip: 0 });
    if (total === undefined) total = totalOf(page);
    const own = page.records.filter(isOwn);
    if (last || own.length < page.records.length) {
      // All that follows the first row beyond the span is beyond it, too.
      beyond = Math.max(page.records.length, last ? 0 : (page.totalRecords ?? 0)) - own.length;
      yield show(own);
      break;
    }
    const starts = page.records.map(startOfContact);
    const latest = starts.findLast((start) => start !== null) ?? null;
    const cut = starts.indexOf(latest);
    if (latest === null || cut === 0) {
      // One start fills the page, or none can be read.
      const tied = latest === null ? { from, to: span.to } : { from, to: new Date(Date.parse(latest) + 1) };
      for await (const { records } of byOffset(ask, tied, filter)) yield show(records);
      from = tied.to;
    } else {
      yield show(page.records.slice(0, cut));
      from = new Date(latest);
    }
  }
  yield { records: [], total: provenTotal(total ?? null, rows, beyond) };
}

/** Rows asked for at the end of a span. */
const rowsAtEnd = 50;

/** Whether a page from the last row of a span on shows that it is the last: by the total, and by what follows. */
function endsWith(page: ContactPage, skip: number, to: Date): boolean {
  const { records, totalRecords } = page;
  const own = records.filter(startsBefore(to.getTime())).length;
  return own === 1 && totalRecords === skip + records.length && !mayGoOn(page, skip, rowsAtEnd);
}

/** A total that is smaller than the rows is none. Where the end was not seen, only one that they make up is sure. */
function provenTotal(total: number | null, rows: number, beyond: number | null): number | null {
  if (total === null || rows + (beyond ?? 0) > total) return null;
  if (beyond === null) return total === rows ? total : null;
  return total - beyond;
}

function totalOf({ totalRecords, records }: ContactPage): number | null {
  return totalRecords ?? (records.length === 0 ? 0 : null);
}
