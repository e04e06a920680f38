import fc from 'fast-check';
import { isStuck } from '../../../../workflows/window/offset-paging';
import {
  isSought,
  newSeek,
  seekArrived,
  type SeekSlice,
  type SeekState,
  takeSeek,
} from '../../../../workflows/window/keyset-paging';

interface Contact {
  readonly id: number;
  readonly mediaTypeId: number | null;
  readonly isLogged: boolean;
  readonly analyticsProcessed: boolean;
  readonly isRefused: boolean;
  readonly isTakeover: boolean;
  /** Seconds since the window's start. */
  update: number;
  /** Before this request of the reading, CXone does not show it. */
  readonly visibleFrom: number;
}

const start = Date.UTC(2026, 10, 1);
const stampOf = (second: number): string => new Date(start + second * 1_000).toISOString();
const windowEnd = 100;
/** "Now": changes happen after the window's end, as CXone's clock has passed it. */
const now = 200;

/** A small deterministic source of luck from a list of numbers. */
function luck(numbers: readonly number[]): () => number {
  let index = 0;
  return () => numbers[index++ % Math.max(1, numbers.length)] ?? 0;
}

/** CXone by update (contract §2.9): since when, in the order of the updates, equal ones in an order of the moment. */
class Source {
  requests = 0;
  constructor(
    readonly contacts: readonly Contact[],
    readonly options: {
      cap: number;
      says: boolean;
      shuffle: () => number;
      /** Seconds that `since` is rounded down to. */
      rounds?: number;
      total?: 'capped' | 'pageOnly' | 'cappedAsPages';
      ignoresSkip?: boolean;
    },
  ) {}

  rounded(since: string): string {
    const unit = (this.options.rounds ?? 0) * 1_000;
    return unit === 0 ? since : new Date(Math.floor(Date.parse(since) / unit) * unit).toISOString();
  }

  matching(slice: Pick<SeekSlice, 'since' | 'part'>): readonly Contact[] {
    const filter = Object.entries(slice.part?.filter ?? {});
    return this.contacts.filter(
      (contact) =>
        contact.visibleFrom <= this.requests &&
        stampOf(contact.update) >= this.rounded(slice.since) &&
        filter.every(([name, value]) => contact[name as keyof Contact] === value),
    );
  }

  ask(slice: SeekSlice) {
    this.requests += 1;
    const all = this.matching(slice)
      .map((contact) => ({ contact: { ...contact }, luck: this.options.shuffle() }))
      .sort((a, b) => a.contact.update - b.contact.update || a.luck - b.luck)
      .map(({ contact }) => contact);
    const skip = this.options.ignoresSkip ? 0 : slice.skip;
    const rows = all.slice(skip, skip + Math.min(slice.top, this.options.cap));
    const last = rows.at(-1);
    const totals = {
      capped: Math.min(all.length, 7),
      pageOnly: rows.length,
      cappedAsPages: Math.min(all.length, this.options.cap),
    };
    const total = this.options.total === undefined ? all.length : totals[this.options.total];
    const hasOlder = rows.some(({ update }) => stampOf(update) < slice.since);
    return {
      rows,
      page: {
        records: rows.length,
        totalRecords: this.options.says && rows.length > 0 ? total : null,
        lastUpdate: last === undefined ? null : stampOf(last.update),
        ...(hasOlder && { hasOlder }),
      },
    };
  }
}

function seek(source: Source, pageSize: number, between: () => void = () => undefined, provesEnd = true) {
  let state: SeekState = newSeek(pageSize, stampOf(0), stampOf(windowEnd), { readsOn: true, provesEnd });
  const seen = new Map<number, number>();
  const asked: SeekSlice[] = [];
  for (let step = 0; step < 5_000; step += 1) {
    // As through continue-as-new.
    state = JSON.parse(JSON.stringify(state)) as SeekState;
    const taken = takeSeek(state);
    if (taken.slice === null) {
      if (!isSought(taken.pass)) throw new Error('nothing to ask for, though not all is read');
      return { seen, asked, state: taken.pass };
    }
    if (isStuck(taken.slice)) return { seen, asked, state: taken.pass, stuck: true };
    asked.push(taken.slice);
    const { rows, page } = source.ask(taken.slice);
    for (const { id, update } of rows) seen.set(id, update);
    state = seekArrived(taken.pass, taken.slice, page);
    between();
  }
  throw new Error('the reading does not end');
}

const plain = {
  mediaTypeId: 4,
  isLogged: true,
  analyticsProcessed: false,
  isRefused: false,
  isTakeover: false,
  visibleFrom: 0,
};

const contactOf = fc.record({
  mediaTypeId: fc.constantFrom(1, 3, 4, 5, 6, 7, 8, 9),
  isLogged: fc.boolean(),
  analyticsProcessed: fc.boolean(),
  isRefused: fc.boolean(),
  isTakeover: fc.boolean(),
  update: fc.integer({ min: 0, max: 120 }),
  visibleFrom: fc.constant(0),
});

const contactsOf = (maxLength: number) =>
  fc
    .array(contactOf, { maxLength })
    .map((contacts) => contacts.map((contact, id): Contact => ({ ...contact, id })));

/** Contacts that lie in the window now: what a complete reading must have seen. */
const inWindow = ({ contacts }: Source): number[] =>
  contacts.filter(({ update }) => update < windowEnd).map(({ id }) => id);

describe('reading a pass by update', () => {
  it('sees every contact of the window while others change, vanish behind it and arrive', () => {
    fc.assert(
      fc.property(
        contactsOf(120),
        fc.integer({ min: 1, max: 25 }),
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 60 }),
        fc.array(fc.nat(200), { maxLength: 60 }),
        fc.boolean(),
        (contacts, pageSize, lucks, touched, says) => {
          const source = new Source(contacts, { cap: 10_000, says, shuffle: luck(lucks) });
          const touches = [...touched];
          const { seen } = seek(source, pageSize, () => {
            const next = touches.pop();
            const contact = next === undefined ? undefined : source.contacts[next % 120];
            if (contact) contact.update = now + touches.length;
          });
          expect(inWindow(source).filter((id) => !seen.has(id))).toEqual([]);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('sees a contact that arrives late with a stamp still to come, and ends though they keep arriving', () => {
    fc.assert(
      fc.property(
        contactsOf(60),
        fc.integer({ min: 2, max: 9 }),
        fc.array(fc.nat(12)),
        (contacts, pageSize, late) => {
          const arriving = contacts.map((contact, index) => ({ ...contact, visibleFrom: late[index] ?? 0 }));
          const source = new Source(arriving, { cap: 10_000, says: true, shuffle: luck([0.3, 0.9, 0.1]) });
          const { seen } = seek(source, pageSize);
          const hidden = arriving.filter(({ visibleFrom }) => visibleFrom > 0).map(({ id }) => id);
          expect(inWindow(source).filter((id) => !seen.has(id) && !hidden.includes(id))).toEqual([]);
        },
      ),
    );
  });

  it('sees a group of equal stamps that no page can hold, however small CXone makes its pages', () => {
    fc.assert(
      fc.property(
        contactsOf(150),
        fc.integer({ min: 3, max: 40 }),
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1 }),
        (contacts, cap, lucks) => {
          for (const contact of contacts) contact.update = contact.update < 90 ? 50 : contact.update;
          const source = new Source(contacts, { cap, says: true, shuffle: luck(lucks) });
          const { seen } = seek(source, cap);
          const parts = new Map<string, number>();
          for (const { id: _id, update, visibleFrom: _seen, ...dimensions } of contacts) {
            const part = JSON.stringify([update, dimensions]);
            parts.set(part, (parts.get(part) ?? 0) + 1);
          }
          // Beyond the finest part only offsets are left, and CXone promises nothing of those.
          if (Math.max(0, ...parts.values()) > cap) return;
          expect(inWindow(source).filter((id) => !seen.has(id))).toEqual([]);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('asks no more than a page for each full page of rows, and one to end', () => {
    const contacts = Array.from({ length: 1_000 }, (_, id): Contact => ({
      id,
      mediaTypeId: 4,
      isLogged: true,
      analyticsProcessed: false,
      isRefused: false,
      isTakeover: false,
      update: id * 0.09,
      visibleFrom: 0,
    }));
    const { asked, seen } = seek(new Source(contacts, { cap: 10_000, says: true, shuffle: () => 0 }), 100);
    expect(seen.size).toBe(1_000);
    expect(asked.length).toBeLessThanOrEqual(11);
  });

  it('does not read on into what belongs to later windows', () => {
    const contacts = Array.from({ length: 500 }, (_, id): Contact => ({
      id,
      mediaTypeId: null,
      isLogged: false,
      analyticsProcessed: false,
      isRefused: false,
      isTakeover: false,
      update: id,
      visibleFrom: 0,
    }));
    const { asked } = seek(new Source(contacts, { cap: 10_000, says: true, shuffle: () => 0 }), 60);
    expect(asked).toHaveLength(2);
  });

  it('asks for a group that fills its page in the largest page there is, before it splits it', () => {
    const group = Array.from({ length: 300 }, (_, id): Contact => ({
      id,
      mediaTypeId: 4,
      isLogged: id % 2 === 0,
      analyticsProcessed: false,
      isRefused: false,
      isTakeover: false,
      update: 5,
      visibleFrom: 0,
    }));
    const { asked, seen } = seek(new Source(group, { cap: 10_000, says: true, shuffle: () => 0 }), 100);
    expect(seen.size).toBe(300);
    // The window's start, the group's stamp, the same in the largest page; then that it was all, behind it and after.
    expect(asked.map(({ since, skip, top, part }) => [since, skip, top, part])).toEqual([
      [stampOf(0), 0, 100, undefined],
      [stampOf(5), 0, 100, undefined],
      [stampOf(5), 0, 10_000, undefined],
      [stampOf(5), 300, 10_000, undefined],
      [stampOf(5.001), 0, 100, undefined],
    ]);
  });

  it('keeps to the media type of its pass when it splits a group', () => {
    let state = newSeek(10, stampOf(0), stampOf(windowEnd), { oneMediaType: true });
    const asked: SeekSlice[] = [];
    for (let step = 0; step < 6; step += 1) {
      const taken = takeSeek(state);
      if (taken.slice === null) break;
      asked.push(taken.slice);
      const full = { records: taken.slice.top, totalRecords: 20_000, lastUpdate: stampOf(0) };
      state = seekArrived(taken.pass, taken.slice, full);
    }
    const parts = asked.flatMap(({ part }) => (part ? [part.filter] : []));
    expect(parts.length).toBeGreaterThan(0);
    expect(parts.filter((filter) => 'mediaTypeId' in filter)).toEqual([]);
  });

  it('ends, and sees all there is, where the source rounds "since" down, though pages do not get past that', () => {
    fc.assert(
      fc.property(
        contactsOf(120),
        fc.integer({ min: 1, max: 25 }),
        fc.constantFrom(2, 10, 60, 86_400),
        fc.integer({ min: 5, max: 40 }),
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 60 }),
        (contacts, pageSize, rounds, cap, lucks) => {
          // Equal stamps that fit on no page are the matter of another test: here each has its own.
          const apart = contacts.map((contact, id) => ({ ...contact, update: id * 0.9 }));
          const source = new Source(apart, { cap, says: true, rounds, shuffle: luck(lucks) });
          const { seen } = seek(source, pageSize);
          expect(inWindow(source).filter((id) => !seen.has(id))).toEqual([]);
        },
      ),
      { numRuns: 300 },
    );
  });

  it.each(['capped', 'pageOnly'] as const)('is not ended by a total that is %s', (total) => {
    fc.assert(
      fc.property(contactsOf(120), fc.integer({ min: 2, max: 25 }), (contacts, pageSize) => {
        const source = new Source(contacts, {
          cap: 10_000,
          says: true,
          total,
          shuffle: luck([0.3, 0.9, 0.1]),
        });
        const { seen } = seek(source, pageSize);
        expect(inWindow(source).filter((id) => !seen.has(id))).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });

  it.each(['pageOnly', 'cappedAsPages', 'none'] as const)(
    'is not ended by a page that the source cut short (total: %s), nor within equal stamps',
    (total) => {
      fc.assert(
        fc.property(
          contactsOf(300),
          fc.integer({ min: 25, max: 60 }),
          fc.nat(100),
          (contacts, cap, together) => {
            // Many of them share a stamp: more than a page holds, at times.
            for (const contact of contacts) if (contact.update < together) contact.update = together;
            const says = total !== 'none';
            const lie = total === 'none' ? {} : { total };
            const { seen } = seek(new Source(contacts, { cap, says, ...lie, shuffle: () => 0 }), 1_000);
            const source = new Source(contacts, { cap, says, ...lie, shuffle: () => 0 });
            expect(inWindow(source).filter((id) => !seen.has(id))).toEqual([]);
          },
        ),
        { numRuns: 200 },
      );
    },
  );

  it.each([
    ['nothing where fewer rows came than any page holds', 24, 0],
    ['one request where a page could have been cut short', 200, 1],
  ])('costs an honest source %s', (_what, rows, more) => {
    const contacts = Array.from({ length: rows }, (_, id): Contact => ({ ...plain, id, update: id * 0.1 }));
    const source = () => new Source(contacts, { cap: 10_000, says: true, shuffle: () => 0 });
    const before = seek(source(), 1_000, () => undefined, false).asked.length;
    expect(seek(source(), 1_000).asked.length - before).toBe(more);
  });

  it.each([
    ['with a total', true],
    ['without one', false],
  ])('does not go round for ever where offsets are ignored within equal stamps (%s)', (_how, says) => {
    const group = Array.from({ length: 300 }, (_, id): Contact => ({ ...plain, id, update: 5 }));
    const source = new Source(group, { cap: 100, says, ignoresSkip: true, shuffle: () => 0 });
    const { stuck, asked } = seek(source, 100);
    expect(stuck).toBe(true);
    expect(asked.length).toBeLessThan(150);
  });

  it('notes a total that is smaller than the rows of its own answer', () => {
    const contacts = Array.from({ length: 30 }, (_, id): Contact => ({
      ...{
        id,
        mediaTypeId: 4,
        isLogged: true,
        analyticsProcessed: false,
        isRefused: false,
        isTakeover: false,
      },
      ...{ update: id, visibleFrom: 0 },
    }));
    const options = { cap: 10_000, says: true, shuffle: () => 0 };
    expect(seek(new Source(contacts, { ...options, total: 'capped' }), 20).state.disproved).toBe(true);
    expect(seek(new Source(contacts, options), 20).state.disproved).toBeUndefined();
  });

  it('ends at once where nothing changed', () => {
    expect(seek(new Source([], { cap: 10_000, says: true, shuffle: () => 0 }), 10).asked).toHaveLength(1);
  });
});
