import fc from 'fast-check';
import { ChangingSource, type ModelContact } from './changing-source';
import { type Between, LiveSync } from './live-sync';

const minuteMs = 60_000;
const dayMs = 1_440 * minuteMs;
const begin = Date.UTC(2026, 10, 1);
const settings = { overlapMinutes: 30, lookBackDays: 30, rereadDays: 3 };

/** Something that happens to the source. Times in ms before now; late ones lie within the overlap. */
type Happening =
  | { readonly kind: 'insert'; readonly startAgo: number; readonly stampAgo: number; readonly count: number }
  | { readonly kind: 'touch'; readonly picks: readonly number[]; readonly stampAgo: number }
  | { readonly kind: 'remove'; readonly pick: number }
  | { readonly kind: 'wait'; readonly ms: number };

interface Tick {
  /** Since the tick before. */
  readonly pauseMs: number;
  readonly before: readonly Happening[];
  /** One after each request, as long as there are any. */
  readonly during: readonly Happening[];
  /** The tick ends after this number of requests; null: it does not. */
  readonly crashAfter: number | null;
  /** A backfill of a gap comes to its end after the tick. */
  readonly closesGap: boolean;
}

function happen(source: ChangingSource, what: Happening): void {
  if (what.kind === 'wait') source.now += what.ms;
  else if (what.kind === 'remove') source.remove(what.pick);
  else if (what.kind === 'touch') source.touch(what.picks, what.stampAgo);
  else for (let n = 0; n < what.count; n += 1) source.insert(what.startAgo, what.stampAgo);
}

/** Mostly in time, to the very edge of the overlap; now and then later than any promise covers. */
const stampAgo = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom(0, 1, 1_000, 10 * minuteMs, 30 * minuteMs - 1, 30 * minuteMs) },
  { weight: 4, arbitrary: fc.integer({ min: 0, max: 30 * minuteMs }) },
  { weight: 1, arbitrary: fc.constantFrom(30 * minuteMs + 1, 3 * 60 * minuteMs) },
);
const happening: fc.Arbitrary<Happening> = fc.oneof(
  fc.record({
    kind: fc.constant('insert' as const),
    startAgo: fc.constantFrom(0, minuteMs, 120 * minuteMs, 2 * dayMs),
    stampAgo,
    count: fc.constantFrom(1, 1, 2, 12),
  }),
  fc.record({
    kind: fc.constant('touch' as const),
    picks: fc.array(fc.nat(100), { minLength: 1, maxLength: 12 }),
    stampAgo,
  }),
  fc.record({ kind: fc.constant('remove' as const), pick: fc.nat(100) }),
  fc.record({ kind: fc.constant('wait' as const), ms: fc.constantFrom(0, 1, 700, minuteMs) }),
);

const tickOf = (pauses: fc.Arbitrary<number>): fc.Arbitrary<Tick> =>
  fc.record({
    pauseMs: pauses,
    before: fc.array(happening, { maxLength: 12 }),
    during: fc.array(happening, { maxLength: 12 }),
    crashAfter: fc.oneof({ weight: 4, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: fc.nat(6) }),
    closesGap: fc.boolean(),
  });

const minutes = fc.constantFrom(1, 5, 5, 10, 45, 300).map((n) => n * minuteMs);
const lucks = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 40 });
const sizes = fc.constantFrom(1, 2, 3, 7, 50);

function environment(
  luck: readonly number[],
  pageSize: number,
  cap: number,
  rereadDays = settings.rereadDays,
) {
  let drawn = 0;
  const source = new ChangingSource(begin, {
    overlapMs: settings.overlapMinutes * minuteMs,
    lookBackMs: settings.lookBackDays * dayMs,
    changesForMs: 3 * dayMs,
    cap,
    luck: () => luck[(drawn += 1) % luck.length] ?? 0,
  });
  return { source, live: new LiveSync(source, { ...settings, rereadDays, pageSize }, begin) };
}

/** Runs a tick with what happens during it. */
function run(source: ChangingSource, live: LiveSync, tick: Tick): boolean {
  source.now += tick.pauseMs;
  for (const what of tick.before) happen(source, what);
  const waiting = [...tick.during];
  let requests = 0;
  const between: Between = () => {
    const what = waiting.shift();
    if (what) happen(source, what);
    requests += 1;
    return tick.crashAfter !== null && requests > tick.crashAfter ? 'crash' : undefined;
  };
  return live.tick(between);
}

function isStored(live: LiveSync, { id, version }: ModelContact): boolean {
  return live.stored.get(id)?.version === version;
}

/** Contacts that CXone holds, that showed in time, and that are not stored as they are. */
function unread(source: ChangingSource, live: LiveSync): readonly ModelContact[] {
  return [...source.contacts.values()].filter((contact) => contact.inTime && !isStored(live, contact));
}

const quiet: Tick = { pauseMs: minuteMs, before: [], during: [], crashAfter: null, closesGap: true };

describe('the live sync over a source that changes under it', () => {
  it('has the latest state of every contact that showed in time, and leaves no unread change behind its watermark', () => {
    fc.assert(
      fc.property(
        fc.array(tickOf(minutes), { minLength: 1, maxLength: 8 }),
        lucks,
        sizes,
        (ticks, luck, pageSize) => {
          const { source, live } = environment(luck, pageSize, 10_000);
          let mark = live.mark;
          for (const tick of ticks) {
            run(source, live, tick);
            expect(live.mark).toBeGreaterThanOrEqual(mark);
            expect(live.mark).toBeLessThanOrEqual(source.now);
            mark = live.mark;
            expect(unread(source, live).filter(({ stamp }) => stamp < live.nextFrom())).toEqual([]);
          }
          expect(run(source, live, quiet)).toBe(true);
          expect(unread(source, live)).toEqual([]);
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it('keeps its watermark before what it could not read where no page holds a group of equal stamps', () => {
    fc.assert(
      fc.property(
        fc.array(tickOf(minutes), { minLength: 1, maxLength: 5 }),
        lucks,
        fc.integer({ min: 1, max: 5 }),
        (ticks, luck, cap) => {
          const { source, live } = environment(luck, cap, cap);
          for (const tick of ticks) {
            run(source, live, tick);
            expect(unread(source, live).filter(({ stamp }) => stamp < live.nextFrom())).toEqual([]);
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  it('reads by start what lies further back than CXone lists changes of, however long it was away', () => {
    const pauses = fc.oneof(
      minutes,
      fc.constantFrom(29, 30, 31, 40, 90).map((n) => n * dayMs),
    );
    fc.assert(
      fc.property(
        fc.array(tickOf(pauses), { minLength: 2, maxLength: 6 }),
        fc.array(happening, { minLength: 5, maxLength: 20 }),
        lucks,
        sizes,
        fc.constantFrom(0, 3, 7),
        (ticks, first, luck, pageSize, rereadDays) => {
          const { source, live } = environment(luck, pageSize, 10_000, rereadDays);
          for (const what of first) happen(source, what);
          for (const tick of ticks) {
            run(source, live, tick);
            const open = (contact: ModelContact): boolean =>
              live.gaps.some(({ from, to }) => contact.start >= from && contact.start < to);
            const lost = unread(source, live).filter(
              (contact) => contact.stamp < live.nextFrom() && !open(contact),
            );
            expect(lost).toEqual([]);
            if (tick.closesGap) live.closeGap();
          }
          while (live.gaps.length > 0) live.closeGap();
          expect(run(source, live, quiet)).toBe(true);
          while (live.gaps.length > 0) live.closeGap();
          expect(unread(source, live)).toEqual([]);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('can miss a change that shows later than the overlap allows: what the nightly re-read is for', () => {
    const { source, live } = environment([0.5], 10, 10_000);
    source.insert(0, 0);
    expect(run(source, live, quiet)).toBe(true);
    source.now += 60 * minuteMs;
    expect(run(source, live, quiet)).toBe(true);
    source.touch([0], 45 * minuteMs);
    expect(run(source, live, quiet)).toBe(true);
    expect([...source.contacts.values()].filter((contact) => !isStored(live, contact))).toHaveLength(1);
  });
});
