import fc from 'fast-check';
import { countByEnd } from '../../../activities/counting';
import { type ContactPage, mayGoOn, startOfContact, startsBefore } from '../../../cxone';
import {
  isRead,
  newPass,
  pageArrived,
  type PassState,
  rowsOf,
  takeSlice,
} from '../../../workflows/window/offset-paging';

/** How a source reads `endDate`, and what it gives as a total. */
interface Habits {
  readonly end: 'inclusive' | 'exclusive' | 'cutToMilliseconds';
  readonly total: 'right' | 'capped' | 'pageOnly' | 'none';
  readonly links: boolean;
  readonly cap: number;
}

interface Contact {
  readonly contactId: number;
  readonly contactStartDate: string;
}

const midnight = Date.UTC(2026, 10, 2);
/** Ten-thousandths of a second after the first window's start, as text with all digits. */
const startOf = (ticks: number): string => {
  const ms = midnight - 10 + Math.floor(ticks / 10);
  return `${new Date(ms).toISOString().slice(0, -1)}${ticks % 10}Z`;
};

/** Contacts by start as CXone may list them: `endDate` and totals by its habits, equal starts in any order. */
function sourceOf(contacts: readonly Contact[], habits: Habits, luck: () => number) {
  // Fixed digits and a literal Z: text compares as time does.
  const digits = (time: number) => `${new Date(time).toISOString().slice(0, -1)}0Z`;
  return (from: number, to: number, skip: number, top: number): ContactPage => {
    const inTime = ({ contactStartDate: start }: Contact): boolean => {
      if (start < digits(from)) return false;
      if (habits.end === 'exclusive') return start < digits(to);
      return habits.end === 'inclusive' ? start <= digits(to) : `${start.slice(0, -2)}0Z` <= digits(to);
    };
    const found = contacts
      .filter(inTime)
      .map((contact) => ({ contact, luck: luck() }))
      .sort((a, b) =>
        a.contact.contactStartDate < b.contact.contactStartDate
          ? -1
          : a.contact.contactStartDate > b.contact.contactStartDate
            ? 1
            : a.luck - b.luck,
      );
    const records = found.slice(skip, skip + Math.min(top, habits.cap)).map(({ contact }) => contact);
    const totals = {
      right: found.length,
      capped: Math.min(found.length, 7),
      pageOnly: records.length,
      none: null,
    };
    const hasNext = habits.links && skip + records.length < found.length;
    return {
      body: Buffer.alloc(0),
      records,
      totalRecords: records.length === 0 ? null : totals[habits.total],
      lastPollTime: null,
      firstStart: startOfContact(records[0]),
      lastStart: startOfContact(records.at(-1)),
      ...(hasNext && { hasNext }),
    };
  };
}

/** Reads a window as the workflow and its activities do: again, where the list goes on behind what was read. */
async function readWindow(
  ask: ReturnType<typeof sourceOf>,
  span: { readonly from: number; readonly to: number },
  top: number,
  inFlight: number,
) {
  const first = await readOnce(ask, span, top, inFlight, false);
  const again = first.goesOn && !first.pass.beyond;
  const { goesOn, ...reading } = again ? await readOnce(ask, span, top, inFlight, true) : first;
  if (again) expect(goesOn).toBe(false);
  return { ...reading, again };
}

async function readOnce(
  ask: ReturnType<typeof sourceOf>,
  span: { readonly from: number; readonly to: number },
  top: number,
  inFlight: number,
  toEmpty: boolean,
) {
  const { from, to } = span;
  const isOwn = startsBefore(to);
  const ids: number[] = [];
  let pass: PassState = newPass(top, to, toEmpty);
  for (let step = 0; ; step += 1) {
    if (step > 2_000) throw new Error('the reading does not end');
    const slices = [];
    while (slices.length < inFlight) {
      const taken = takeSlice(pass);
      pass = taken.pass;
      if (taken.slice === null) break;
      slices.push(taken.slice);
    }
    if (slices.length === 0) break;
    for (const slice of slices) {
      const at = slice.at === undefined ? undefined : Date.parse(slice.at);
      const page = ask(at ?? from, at === undefined ? to : at + 1, slice.skip, slice.top);
      const end = startsBefore(at === undefined ? to : at + 1);
      for (const record of page.records.filter(isOwn)) ids.push((record as Contact).contactId);
      const beyond = page.records.filter((record) => !end(record)).length;
      const arrived = {
        ...page,
        records: page.records.length,
        top: slice.top,
        ...(beyond > 0 && { beyond }),
      };
      pass = pageArrived(pass, slice, arrived);
    }
  }
  expect(isRead(pass)).toBe(true);
  const read = rowsOf(pass);
  const { total, goesOn = false } =
    read === null
      ? { total: null }
      : await countByEnd(async (_from, skip, rows) => ask(from, to, skip, rows), '', read);
  return { ids, pass, goesOn, expected: total === null ? null : total - (pass.beyond ?? 0) };
}

const ticks = fc.array(fc.oneof(fc.integer({ min: 0, max: 199 }), fc.integer({ min: 95, max: 105 })), {
  maxLength: 60,
});
const habits = fc.record({
  end: fc.constantFrom('inclusive', 'exclusive', 'cutToMilliseconds'),
  total: fc.constantFrom('right', 'capped', 'pageOnly', 'none'),
  links: fc.boolean(),
  cap: fc.constantFrom(3, 8, 10_000),
}) satisfies fc.Arbitrary<Habits>;

describe('windows that meet', () => {
  it('hold every contact exactly once, however CXone reads endDate, counts, and writes stamps', async () => {
    await fc.assert(
      fc.asyncProperty(
        ticks,
        habits,
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 1, max: 4 }),
        fc.infiniteStream(fc.double({ min: 0, max: 0.999, noNaN: true })),
        async (starts, how, top, inFlight, luck) => {
          const contacts = starts.map((start, contactId) => ({
            contactId,
            contactStartDate: startOf(start),
          }));
          // Of equal starts on pages that are cut short, a random order would show one twice and another never.
          const ask = sourceOf(contacts, how, () => (how.cap < 10_000 ? 0 : (luck.next().value ?? 0)));
          const spans = [
            { from: midnight - 10, to: midnight },
            { from: midnight, to: midnight + 10 },
          ];
          const windows = [];
          for (const span of spans) windows.push(await readWindow(ask, span, top, inFlight));
          const held = windows.map(({ ids }) => [...new Set(ids)].toSorted((a, b) => a - b));
          const truth = [true, false].map((first) =>
            contacts.flatMap(({ contactId, contactStartDate: start }) =>
              Date.parse(start) < midnight === first ? [contactId] : [],
            ),
          );
          expect(held).toEqual(truth);
          // A count that is believed is right, rows beyond the end taken off.
          windows.forEach(({ expected }, at) =>
            expect([expected ?? truth[at]?.length]).toEqual([truth[at]?.length]),
          );
          if (how.total === 'right') {
            expect(windows.map(({ expected }) => expected)).not.toContain(null);
            expect(windows.map(({ again }) => again)).toEqual([false, false]);
          }
        },
      ),
      { numRuns: 400 },
    );
  });
});

describe('a total that is too small', () => {
  const contacts = Array.from({ length: 80 }, (_, contactId) => ({
    contactId,
    contactStartDate: startOf(contactId),
  }));
  const span = { from: midnight - 10, to: midnight };
  const how = { end: 'inclusive', total: 'right', links: false, cap: 10_000 } as const;

  it.each([
    ['capped', { ...how, total: 'capped' }],
    ['counting the page alone', { ...how, total: 'pageOnly' }],
    [
      'counting the page alone where pages are smaller than asked',
      { ...how, total: 'pageOnly', cap: 7, links: true },
    ],
    [
      'counting the page alone where pages are smaller than asked and give no link',
      { ...how, total: 'pageOnly', cap: 7 },
    ],
    ['capped where pages are as small and give no link', { ...how, total: 'capped', cap: 7 }],
  ] as const)('(%s) is read past, and is no total from then on', async (_what, habit) => {
    const { ids, pass, expected } = await readWindow(
      sourceOf(contacts, habit, () => 0),
      span,
      10,
      4,
    );
    expect(new Set(ids).size).toBe(80);
    expect(pass.disproved).toBe(true);
    expect(rowsOf(pass)).toBeNull();
    expect(expected).toBeNull();
  });

  it('shows when the end of the list is counted, though one page held the window', async () => {
    const ask = sourceOf(contacts, { ...how, total: 'pageOnly' }, () => 0);
    const { ids, pass, expected } = await readWindow(ask, span, 500, 4);
    expect(new Set(ids).size).toBe(80);
    expect(rowsOf(pass)).toBe(80);
    expect(expected).toBeNull();
  });

  it('costs a right one no more than a request, where the last page is full', async () => {
    let asked = 0;
    const source = sourceOf(contacts, how, () => 0);
    const ask: typeof source = (...question) => {
      asked += 1;
      return source(...question);
    };
    await readWindow(ask, span, 20, 1);
    // Four pages, the empty one after them, and the count.
    expect(asked).toBe(6);
  });

  it('costs a right one nothing where one page held the window: its count shows that nothing follows', async () => {
    const asked: string[] = [];
    const source = sourceOf(contacts, how, () => 0);
    const ask: typeof source = (from, to, skip, top) => {
      asked.push(`${skip}+${top}`);
      return source(from, to, skip, top);
    };
    const { again } = await readWindow(ask, span, 500, 4);
    expect(asked).toEqual(['0+500', '79+2']);
    expect(again).toBe(false);
  });

  it('is not proven by a source that answers offsets beyond its end with rows from before', async () => {
    const source = sourceOf(contacts, how, () => 0);
    const ask: typeof source = (from, to, skip, top) => source(from, to, skip >= 80 ? 0 : skip, top);
    const { pass } = await readWindow(ask, span, 20, 1);
    expect(pass.disproved).toBeUndefined();
    expect(pass.total).toBe(80);
  });
});

describe('whether rows may follow a page', () => {
  const rows = (n: number) => Array.from({ length: n }, () => ({}));
  it.each([
    ['after a full page, whatever the total says', { records: rows(10), totalRecords: 10 }, true],
    ['after a link, whatever the total says', { records: rows(3), totalRecords: 3, hasNext: true }, true],
    ['while the total says so', { records: rows(3), totalRecords: 30 }, true],
    [
      'not after a page that holds more than was asked for: there are no pages',
      { records: rows(11), totalRecords: 11 },
      false,
    ],
    ['not after an empty page', { records: [], totalRecords: 30, hasNext: true }, false],
    ['not after a page with room left', { records: rows(9), totalRecords: null }, false],
  ])('%s', (_when, page, expected) => {
    expect(mayGoOn(page, 0, 10)).toBe(expected);
  });
});
