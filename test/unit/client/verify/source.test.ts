import fc from 'fast-check';
import { createSource } from '../../../../client/verify/source';
import { type ContactPage, type ContactPageRequest, CxoneError } from '../../../../cxone';

const day = { from: new Date('2026-07-20T00:00:00Z'), to: new Date('2026-07-21T00:00:00Z') };

/** A contact of a scripted CXone; `at` is where it sorts, in ms after the day's begin. */
interface Contact {
  readonly at: number;
  readonly skillId: number;
  /** What is served in place of a readable start, or id. */
  readonly badStart?: string;
  readonly badId?: boolean;
}

interface Script {
  readonly totals?: boolean;
  /** The order among equal starts differs from request to request. */
  readonly shuffles?: boolean;
  readonly end?: 'inclusive' | 'exclusive';
  readonly total?: 'capped' | 'pageOnly';
  /** Rows of a page at most, whatever is asked for. */
  readonly cap?: number;
  readonly ignoresSkip?: boolean;
  readonly refuse?: (request: ContactPageRequest) => CxoneError | null;
}

/** A CXone that holds contacts, pages them as contract §2.1 says, and remembers what it was asked. */
function cxoneOf(
  contacts: readonly Contact[],
  { totals = true, shuffles = false, end, total, cap = 10_000, ignoresSkip = false, refuse }: Script = {},
) {
  const requests: ContactPageRequest[] = [];
  const rows = contacts.map((contact, index) => ({ ...contact, index }));
  const contactPage = async (request: ContactPageRequest): Promise<ContactPage> => {
    requests.push(request);
    const error = refuse?.(request);
    if (error) throw error;
    const turn = shuffles ? requests.length : 0;
    const tie = (index: number) => (turn === 0 ? index : (index * 7919 + turn * 104_729) % 1_009);
    const found = rows
      .filter(({ at, skillId }) => {
        const start = day.from.getTime() + at;
        const inSpan =
          start >= request.from.getTime() && start < request.to.getTime() + (end === 'inclusive' ? 1 : 0);
        return inSpan && (request.filter.skillId ?? skillId) === skillId;
      })
      .sort((a, b) => a.at - b.at || tie(a.index) - tie(b.index));
    if (request.latestFirst) found.reverse();
    const records = found
      .slice(ignoresSkip ? 0 : request.skip)
      .slice(0, Math.min(request.top, cap))
      .map(({ at, index, badStart, badId }) => ({
        contactId: badId ? null : index + 1,
        n: index,
        contactStartDate: badStart ?? new Date(day.from.getTime() + at).toISOString(),
      }));
    const totalsBy = { right: found.length, capped: Math.min(found.length, 60), pageOnly: records.length };
    return {
      body: Buffer.alloc(0),
      records,
      totalRecords: !totals ? null : totalsBy[total ?? 'right'],
      lastPollTime: null,
      firstStart: null,
      lastStart: null,
    };
  };
  return { contactPage, requests };
}

const plainly = async <T>(ask: () => Promise<T>): Promise<T> => ask();

async function readAll(cxone: ReturnType<typeof cxoneOf>, top: number, passes: readonly object[] = [{}]) {
  const numbers: number[] = [];
  const totals: (number | null)[] = [];
  for await (const page of createSource(cxone, passes, top, plainly).pages(day)) {
    numbers.push(...page.records.map((record) => (record as { n: number }).n));
    if (page.total !== undefined) totals.push(page.total);
  }
  return { numbers: numbers.toSorted((a, b) => a - b), totals };
}

const inOrder = (count: number) => Array.from({ length: count }, (_, n) => n);
const at = fc.integer({ min: 0, max: 86_399_999 });
const crowded = fc.integer({ min: 0, max: 20 });

describe('reading a day of the source', () => {
  it('shows every contact once, whatever the page size and however many start together', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ at: fc.oneof(crowded, at), skillId: fc.constant(1) }), { maxLength: 60 }),
        fc.integer({ min: 1, max: 12 }),
        fc.boolean(),
        async (contacts, top, totals) => {
          const { numbers } = await readAll(cxoneOf(contacts, { totals }), top);
          expect(numbers).toEqual(inOrder(contacts.length));
        },
      ),
    );
  });

  it('does not mind that CXone orders equal starts differently each time, as long as they fit on a page', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ at: fc.integer({ min: 0, max: 40 }), skillId: fc.constant(1) }), {
          maxLength: 80,
        }),
        async (contacts) => {
          const groups = new Map<number, number>();
          for (const contact of contacts) groups.set(contact.at, (groups.get(contact.at) ?? 0) + 1);
          const top = Math.max(2, ...groups.values());
          const { numbers } = await readAll(cxoneOf(contacts, { shuffles: true }), top);
          expect(numbers).toEqual(inOrder(contacts.length));
        },
      ),
    );
  });

  it('shows records without a readable start or id once, too', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(
          fc.record({
            at,
            skillId: fc.constant(1),
            badStart: fc.constantFrom('yesterday', undefined as unknown as string),
            badId: fc.boolean(),
          }),
          { maxLength: 40, selector: (contact) => contact.at },
        ),
        fc.integer({ min: 1, max: 9 }),
        async (contacts, top) => {
          const { numbers } = await readAll(cxoneOf(contacts), top);
          expect(numbers).toEqual(inOrder(contacts.length));
        },
      ),
    );
  });

  it('goes pass by pass, and reports the total of each once', async () => {
    const contacts = [1, 2, 2, 2, 3].map((skillId, n) => ({ at: n * 1_000, skillId }));
    const cxone = cxoneOf(contacts);
    const { numbers, totals } = await readAll(cxone, 2, [{ skillId: 1 }, { skillId: 2 }]);
    expect(numbers).toEqual([0, 1, 2, 3]);
    expect(totals).toEqual([1, 3]);
  });

  it('asks for the fields that identify a contact, and no others', async () => {
    const cxone = cxoneOf([{ at: 1, skillId: 1 }]);
    await readAll(cxone, 10);
    expect(cxone.requests).toEqual([
      { ...day, filter: {}, skip: 0, top: 10, fields: ['contactId', 'contactStartDate', 'lastUpdateTime'] },
    ]);
  });

  it.each(['RequestTimeout', 'ResponseTooLarge'] as const)(
    'asks for half as much after %s, and goes on so',
    async (code) => {
      const contacts = inOrder(600).map((n) => ({ at: n, skillId: 1 }));
      const refuse = ({ top }: ContactPageRequest) => (top > 150 ? new CxoneError(code, 'too much') : null);
      const cxone = cxoneOf(contacts, { refuse });
      expect((await readAll(cxone, 500)).numbers).toHaveLength(600);
      expect(cxone.requests.map(({ top }) => top).filter((top) => top > 125)).toEqual([500, 250]);
    },
  );

  it('gives up when even the smallest page is too much', async () => {
    const cxone = cxoneOf([], { refuse: () => new CxoneError('RequestTimeout', 'slow') });
    await expect(readAll(cxone, 100)).rejects.toMatchObject({ code: 'RequestTimeout' });
    expect(cxone.requests.map(({ top }) => top)).toEqual([100, 50]);
  });

  it('does not go round for ever where offsets are ignored among equal starts', async () => {
    const together = inOrder(60).map(() => ({ at: 5, skillId: 1 }));
    const cxone = cxoneOf(together, { ignoresSkip: true });
    await expect(readAll(cxone, 30)).rejects.toMatchObject({ code: 'IncompleteAnswer' });
    expect(cxone.requests.length).toBeLessThan(150);
  });

  it('ends when CXone counts rows that it does not show', async () => {
    const cxone = cxoneOf([]);
    const lying = async (request: ContactPageRequest) => ({
      ...(await cxone.contactPage(request)),
      totalRecords: 5,
    });
    const totals: unknown[] = [];
    for await (const page of createSource({ contactPage: lying }, [{}], 10, plainly).pages(day))
      totals.push(page);
    expect(totals).toEqual([{ records: [] }, { total: 5, records: [] }]);
  });
});

describe('counting a day of the source', () => {
  const contacts = [1, 2, 2].map((skillId, n) => ({ at: n, skillId }));

  it('adds up the passes, by a few rows each', async () => {
    const cxone = cxoneOf(contacts);
    const source = createSource(cxone, [{ skillId: 1 }, { skillId: 2 }, { skillId: 9 }], 500, plainly);
    expect(await source.count(day, 3)).toBe(3);
    expect(cxone.requests.map(({ top }) => top)).toEqual([50, 50, 50]);
  });

  it.each(['inclusive', 'exclusive'] as const)(
    'takes off what starts at the end (endDate %s)',
    async (end) => {
      const edge = [1, 2].map((n) => ({ at: 86_400_000 - 2 + n, skillId: 1 }));
      const cxone = cxoneOf([{ at: 5, skillId: 1 }, ...edge], { end });
      const source = createSource(cxone, [{}], 500, plainly);
      expect(await source.count(day, 2)).toBe(2);
      expect(cxone.requests).toHaveLength(1);
      for (const wrong of [1, 3, 30]) expect(await source.count(day, wrong)).toBeNull();
      expect(await readAll(cxone, 500)).toEqual({ numbers: [0, 1], totals: [2] });
      expect(await readAll(cxone, 2)).toEqual({ numbers: [0, 1], totals: [2] });
      // A full page up to the very end does not show what is beyond it.
      const unsure = end === 'inclusive' ? null : 2;
      expect(await readAll(cxone, 1)).toEqual({ numbers: [0, 1], totals: [unsure] });
    },
  );

  it.each(['capped', 'pageOnly'] as const)(
    'knows none, and reads on, where the total is %s',
    async (total) => {
      const many = inOrder(200).map((n) => ({ at: n * 1_000, skillId: 1 }));
      const cxone = cxoneOf(many, { total });
      // What the total says, and what there is.
      for (const expected of [60, 200]) {
        expect(await createSource(cxone, [{}], 500, plainly).count(day, expected)).toBeNull();
        expect(await createSource(cxone, [{}, { skillId: 9 }], 500, plainly).count(day, expected)).toBeNull();
      }
      expect(await readAll(cxone, 20)).toEqual({ numbers: inOrder(200), totals: [null] });
    },
  );

  it.each(['capped', 'pageOnly'] as const)(
    'is not deceived by a page that is cut short with a total to match (%s)',
    async (total) => {
      const many = inOrder(200).map((n) => ({ at: n * 1_000, skillId: 1 }));
      const cxone = cxoneOf(many, { total, cap: 60 });
      expect(await createSource(cxone, [{}], 500, plainly).count(day, 60)).toBeNull();
      expect(await readAll(cxone, 500)).toEqual({ numbers: inOrder(200), totals: [null] });
    },
  );

  it('knows no sum when one of them is not known', async () => {
    const source = createSource(cxoneOf(contacts, { totals: false }), [{}], 500, plainly);
    expect(await source.count(day, 3)).toBeNull();
    const empty = createSource(cxoneOf([], { totals: false }), [{}], 500, plainly);
    expect(await empty.count(day, 0)).toBe(0);
  });
});
