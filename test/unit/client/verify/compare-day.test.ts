import fc from 'fast-check';
import { compareDay } from '../../../../client/verify/compare-day';
import type { Source, SourcePage } from '../../../../client/verify/source';
import type { HeldContact, HeldRejection, Holdings } from '../../../../store';

const from = new Date('2026-07-20T00:00:00Z');
const span = {
  tenant: 'acme',
  from,
  to: new Date('2026-07-21T00:00:00Z'),
  filter: { skillIds: [], campaignIds: [], mediaTypeIds: [] },
};
const stampOf = (ms: number) => new Date(from.getTime() + ms).toISOString();
const served = (id: number, updated = 0) => ({
  contactId: id,
  contactStartDate: stampOf(id),
  lastUpdateTime: stampOf(updated),
});

/** A source that shows these records in pages of three, and counts `total` where another number is given. */
function sourceOf(records: readonly unknown[], total: number | null = records.length) {
  let readings = 0;
  const source: Source = {
    count: async () => total,
    async *pages() {
      readings += 1;
      for (let n = 0; n === 0 || n < records.length; n += 3) {
        const page: SourcePage = { records: records.slice(n, n + 3) };
        yield n === 0 ? { ...page, total } : page;
      }
    },
  };
  return { source, readings: () => readings };
}

type Held = readonly (readonly [id: number, updated: number | null, absent?: boolean])[];

/** A store that holds these contacts and rejections; files do not matter here. */
function holdingsOf(held: Held, rejections: readonly HeldRejection[] = []): Holdings {
  const contacts = new Map<string, HeldContact>(
    held.map(([id, updated, absent = false]) => [
      String(id),
      { updatedAt: updated === null ? null : from.getTime() + updated, absent },
    ]),
  );
  const present = [...contacts.values()].filter(({ absent }) => !absent).length;
  return {
    counts: async () => ({
      stored: present,
      absent: contacts.size - present,
      rejected: rejections.length,
    }),
    contacts: async () => contacts,
    rejected: async (_tenant, ids, starts) =>
      rejections.filter(({ id, start, field }) =>
        id === null ? field === 'contactId' && starts.includes(start) : ids.includes(id),
      ),
    files: async () => {
      throw new Error('not asked for here');
    },
  };
}

const compare = (records: readonly unknown[], held: Held, rejections: readonly HeldRejection[] = []) =>
  compareDay(sourceOf(records).source, holdingsOf(held, rejections), span, true);

describe('comparing by ids', () => {
  it('finds exactly what differs', async () => {
    const state = fc.record({
      inSource: fc.boolean(),
      held: fc.constantFrom('stored', 'older', 'newer', 'without stamp', 'absent', 'rejected', 'not at all'),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(state, { maxLength: 30 }), async (states) => {
        const contacts = states.map((one, n) => ({ ...one, id: n + 1 }));
        const updated = { older: -1, newer: 1, stored: 0, 'without stamp': null, absent: 0 } as const;
        const held = contacts.flatMap(({ id, held: how }): Held => {
          if (how === 'rejected' || how === 'not at all') return [];
          return [[id, updated[how], how === 'absent']];
        });
        const rejections = contacts
          .filter(({ held: how }) => how === 'rejected')
          .map(({ id }) => ({ id: String(id), start: null, field: 'tags' }));
        const result = await compare(
          contacts.filter(({ inSource }) => inSource).map(({ id }) => served(id)),
          held,
          rejections,
        );
        const number = (inSource: boolean, ...how: readonly string[]) =>
          contacts.filter((one) => one.inSource === inSource && how.includes(one.held)).length;
        const present = ['stored', 'older', 'newer', 'without stamp'];
        const expected = {
          source: contacts.filter(({ inSource }) => inSource).length,
          stored: number(true, ...present) + number(false, ...present),
          rejected: number(true, 'rejected'),
          absent: number(false, 'absent'),
          missing: number(true, 'absent', 'not at all'),
          stale: number(true, 'older', 'without stamp'),
          vanished: number(false, ...present),
        };
        expect(result).toMatchObject(expected);
        expect(result.source).toBe(
          expected.stored + expected.rejected + expected.missing - expected.vanished,
        );
        const differs = expected.missing + expected.stale + expected.vanished > 0;
        expect(result.verdict).toBe(differs ? 'different' : 'equal');
      }),
    );
  });

  it('names the first few of each', async () => {
    const many = Array.from({ length: 25 }, (_, n) => served(n + 1));
    const { examples, missing } = await compare(many, []);
    expect(missing).toBe(25);
    expect(examples?.missing).toEqual(Array.from({ length: 10 }, (_, n) => String(n + 1)));
  });

  it('takes a stamp that differs by less than a millisecond for the same', async () => {
    const record = { ...served(1), lastUpdateTime: '2026-07-20T00:00:00.000999Z' };
    expect(await compare([record], [[1, 0]])).toMatchObject({ stale: 0, verdict: 'equal' });
  });

  it('cannot call stale what comes without a stamp', async () => {
    const { lastUpdateTime: _left, ...record } = served(1);
    expect(await compare([record], [[1, 0]])).toMatchObject({ stale: 0, verdict: 'equal' });
  });

  it('keeps ids beyond 2^53 apart', async () => {
    const huge = { ...served(1), contactId: 9_007_199_254_740_993n };
    const result = await compare([huge], [[9_007_199_254_740_992, 0]]);
    expect(result).toMatchObject({ missing: 1, vanished: 1 });
  });

  it('counts a contact once that a moving list shows twice', async () => {
    expect(
      await compareDay(sourceOf([served(1), served(1)], 1).source, holdingsOf([[1, 0]]), span, true),
    ).toMatchObject({ source: 1, stored: 1, verdict: 'equal' });
  });
});

describe('records that cannot be read', () => {
  const noId = { contactStartDate: stampOf(5), lastUpdateTime: stampOf(5) };
  const badStart = { ...served(7), contactStartDate: 'yesterday' };

  it('are held by a rejection of that id, or without id of that start', async () => {
    const rejections = [
      { id: null, start: stampOf(5), field: 'contactId' },
      { id: '7', start: 'yesterday', field: 'contactStartDate' },
    ];
    expect(await compare([noId, badStart], [], rejections)).toMatchObject({
      rejected: 2,
      missing: 0,
      verdict: 'equal',
    });
  });

  it('are missing without one', async () => {
    const rejections = [{ id: null, start: stampOf(6), field: 'contactId' }];
    expect(await compare([noId, badStart], [], rejections)).toMatchObject({ rejected: 0, missing: 2 });
  });

  it('that CXone has fixed since are missing, although they had been rejected', async () => {
    const rejections = [{ id: '7', start: 'yesterday', field: 'contactStartDate' }];
    expect(await compare([served(7)], [], rejections)).toMatchObject({ rejected: 0, missing: 1 });
  });

  it('that PostgreSQL refused stay held', async () => {
    expect(await compare([served(7)], [], [{ id: '7', start: stampOf(7), field: null }])).toMatchObject({
      rejected: 1,
      missing: 0,
      verdict: 'equal',
    });
  });
});

describe('comparing by counts', () => {
  it('is all there is to it when they are equal', async () => {
    const { source, readings } = sourceOf([served(1), served(2)]);
    const rejections = [{ id: '2', start: null, field: 'tags' }];
    expect(await compareDay(source, holdingsOf([[1, -5]], rejections), span, false)).toEqual({
      comparedBy: 'counts',
      source: 2,
      stored: 1,
      rejected: 1,
      absent: 0,
      missing: null,
      stale: null,
      vanished: null,
      verdict: 'equal',
    });
    expect(readings()).toBe(0);
  });

  it.each([
    ['differ', 1],
    ['are unknown', null],
  ])('goes on to the ids when they %s', async (_what, total) => {
    const { source, readings } = sourceOf([served(1)], total);
    const result = await compareDay(source, holdingsOf([]), span, false);
    expect(result).toMatchObject({ comparedBy: 'ids', source: 1, missing: 1, verdict: 'different' });
    expect(readings()).toBe(1);
  });
});

describe('a source that changes while it is read', () => {
  it('is read again, and called uncertain when it never comes to rest', async () => {
    const { source, readings } = sourceOf([served(1)], 2);
    expect(await compareDay(source, holdingsOf([[1, 0]]), span, true)).toMatchObject({
      verdict: 'uncertain',
      source: 2,
      missing: 0,
    });
    expect(readings()).toBe(3);
  });

  it('is certain once count and rows agree', async () => {
    const moving = sourceOf([served(1)], 2);
    const calm = sourceOf([served(1)]);
    let reading = 0;
    const source: Source = {
      count: async (day, expected) => calm.source.count(day, expected),
      pages: (day) => ((reading += 1) === 1 ? moving : calm).source.pages(day),
    };
    expect(await compareDay(source, holdingsOf([[1, 0]]), span, true)).toMatchObject({ verdict: 'equal' });
    expect(reading).toBe(2);
  });
});
