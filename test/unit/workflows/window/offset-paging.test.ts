import fc from 'fast-check';
import {
  isRead,
  largestPage,
  newPass,
  pageArrived,
  type PassState,
  type Slice,
  takeSlice,
} from '../../../../workflows/window/offset-paging';

interface Contact {
  readonly id: number;
  readonly start: string;
}

/** A source as contract §2.6 describes it: offsets over a list whose order among equal stamps changes per request. */
function source(
  contacts: readonly Contact[],
  options: { cap?: number; says?: boolean; shuffle: () => number },
) {
  const answer = (slice: Slice) => {
    const matching = slice.at === undefined ? contacts : contacts.filter(({ start }) => start === slice.at);
    const ordered = matching
      .map((contact) => ({ contact, luck: options.shuffle() }))
      .sort((a, b) =>
        a.contact.start < b.contact.start ? -1 : a.contact.start > b.contact.start ? 1 : a.luck - b.luck,
      )
      .map(({ contact }) => contact);
    return ordered.slice(slice.skip, slice.skip + Math.min(slice.top, options.cap ?? largestPage));
  };
  return {
    ask(slice: Slice) {
      const rows = answer(slice);
      const total = options.says === false ? null : contacts.length;
      return {
        rows,
        page: {
          records: rows.length,
          top: slice.top,
          totalRecords: rows.length === 0 ? null : total,
          firstStart: rows[0]?.start ?? null,
          lastStart: rows.at(-1)?.start ?? null,
        },
      };
    },
  };
}

/** Reads a pass with several requests in flight, whose answers arrive in the order that `choose` decides. */
function readAll(
  from: ReturnType<typeof source>,
  top: number,
  inFlight: number,
  choose: (n: number) => number,
): { ids: number[]; asked: Slice[]; pass: PassState } {
  let pass = newPass(top);
  const flying: { slice: Slice; answer: ReturnType<typeof from.ask> }[] = [];
  const ids: number[] = [];
  const asked: Slice[] = [];
  for (let step = 0; step < 10_000; step += 1) {
    while (flying.length < inFlight) {
      const taken = takeSlice(pass);
      pass = taken.pass;
      if (taken.slice === null) break;
      asked.push(taken.slice);
      flying.push({ slice: taken.slice, answer: from.ask(taken.slice) });
    }
    if (flying.length === 0) return { ids, asked, pass };
    const [arrived] = flying.splice(choose(flying.length), 1);
    if (!arrived) throw new Error('nothing arrived');
    ids.push(...arrived.answer.rows.map(({ id }) => id));
    pass = pageArrived(pass, arrived.slice, arrived.answer.page);
  }
  throw new Error('the reading does not end');
}

const stampOf = (second: number): string => new Date(Date.UTC(2026, 10, 1) + second * 1000).toISOString();

/** A small deterministic source of luck from a list of numbers. */
function luck(numbers: readonly number[]): () => number {
  let index = 0;
  return () => numbers[index++ % Math.max(1, numbers.length)] ?? 0;
}

describe('reading a pass page by page', () => {
  it('shows every contact of a source that stands still, whatever the ties, the caps and the order of answers', () => {
    fc.assert(
      fc.property(
        fc.record({
          // Few distinct seconds, so that groups of equal stamps lie across page edges.
          seconds: fc.array(fc.integer({ min: 0, max: 12 }), { maxLength: 60 }),
          top: fc.integer({ min: 1, max: 20 }),
          cap: fc.option(fc.integer({ min: 1, max: 20 }), { nil: undefined }),
          inFlight: fc.integer({ min: 1, max: 5 }),
          order: fc.array(fc.double({ min: 0, max: 0.999, noNaN: true }), { minLength: 5, maxLength: 50 }),
        }),
        ({ seconds, top, cap, inFlight, order }) => {
          const contacts = seconds.map((second, id) => ({ id, start: stampOf(second) }));
          const dice = luck(order);
          // A cap below the size of a tied group is the one case a tied group cannot be read whole in; see below.
          const largestGroup = Math.max(
            1,
            ...seconds.map((s) => seconds.filter((other) => other === s).length),
          );
          const options = {
            shuffle: dice,
            ...(cap === undefined ? {} : { cap: Math.max(cap, largestGroup) }),
          };
          const { ids, pass } = readAll(source(contacts, options), top, inFlight, (n) =>
            Math.floor(dice() * n),
          );
          expect(new Set(ids)).toEqual(new Set(contacts.map(({ id }) => id)));
          expect(isRead(pass)).toBe(true);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('asks for no row twice when no stamps are tied', () => {
    const contacts = Array.from({ length: 95 }, (_, id) => ({ id, start: stampOf(id) }));
    const { ids, asked } = readAll(source(contacts, { shuffle: () => 0.5 }), 10, 4, () => 0);
    expect(ids).toHaveLength(95);
    expect(asked).toHaveLength(10);
  });

  it('reads a stamp that lies on both sides of a page edge once more, on its own', () => {
    const contacts = [0, 1, 1, 2].map((second, id) => ({ id, start: stampOf(second) }));
    const { asked } = readAll(source(contacts, { shuffle: () => 0.5 }), 2, 1, () => 0);
    expect(asked).toContainEqual({ skip: 0, top: largestPage, at: stampOf(1) });
  });

  it('goes on page after page when the source never says how many there are', () => {
    const contacts = Array.from({ length: 25 }, (_, id) => ({ id, start: stampOf(id) }));
    const { ids } = readAll(source(contacts, { shuffle: () => 0.5, says: false }), 10, 4, () => 0);
    expect(new Set(ids).size).toBe(25);
  });

  it('learns a lower cap of the source and keeps to it', () => {
    const contacts = Array.from({ length: 50 }, (_, id) => ({ id, start: stampOf(id) }));
    const { asked, ids } = readAll(source(contacts, { shuffle: () => 0.5, cap: 5 }), 20, 1, () => 0);
    expect(new Set(ids).size).toBe(50);
    expect(asked.slice(1).every(({ top }) => top <= 5)).toBe(true);
  });

  it('reads a group of equals beyond one page to its end', () => {
    const taken = takeSlice({
      ...newPass(10),
      started: true,
      next: null,
      pending: [{ skip: 0, top: largestPage, at: stampOf(1) }],
    });
    const answer = {
      records: 10_000,
      top: largestPage,
      totalRecords: 10_400,
      firstStart: stampOf(1),
      lastStart: stampOf(1),
    };
    const pass = pageArrived(taken.pass, { skip: 0, top: largestPage, at: stampOf(1) }, answer);
    expect(takeSlice(pass).slice).toMatchObject({ skip: 10_000, top: largestPage, at: stampOf(1) });
  });

  it('ends after one request when the window is empty', () => {
    const { asked, pass } = readAll(source([], { shuffle: () => 0 }), 10, 4, () => 0);
    expect(asked).toHaveLength(1);
    expect(isRead(pass)).toBe(true);
  });

  it('notices that the source counts differently while it is read', () => {
    let pass = newPass(2);
    const first = takeSlice(pass);
    const answer = { records: 2, top: 2, firstStart: stampOf(0), lastStart: stampOf(1) };
    pass = pageArrived(first.pass, { skip: 0, top: 2 }, { ...answer, totalRecords: 4 });
    expect(pass.moved).toBe(false);
    const second = takeSlice(pass);
    pass = pageArrived(
      second.pass,
      { skip: 2, top: 2 },
      { ...answer, totalRecords: 5, firstStart: stampOf(2), lastStart: stampOf(3) },
    );
    expect(pass.moved).toBe(true);
  });

  it('asks again for what a smaller page left of its slice', () => {
    let pass = newPass(100);
    const taken = takeSlice(pass);
    // CXone timed out at 100 and at 50; 25 rows came.
    pass = pageArrived(
      taken.pass,
      { skip: 0, top: 100 },
      {
        records: 25,
        top: 25,
        totalRecords: 60,
        firstStart: stampOf(0),
        lastStart: stampOf(24),
      },
    );
    const next = takeSlice(pass);
    expect(next.slice).toEqual({ skip: 25, top: 25 });
    expect(takeSlice(next.pass).slice).toEqual({ skip: 50, top: 10 });
  });

  it('keeps its state small however many pages arrive', () => {
    const contacts = Array.from({ length: 3_000 }, (_, id) => ({ id, start: stampOf(id) }));
    const { pass } = readAll(source(contacts, { shuffle: () => 0.5 }), 3, 8, (n) => n - 1);
    expect(pass.stretches).toHaveLength(1);
    expect(JSON.stringify(pass).length).toBeLessThan(500);
  });
});
