import fc from 'fast-check';
import type { FetchedPage, OpenWindow } from '../../../../activities/types';
import { requestOf } from '../../../../workflows/window/pass-state';
import * as rounds from '../../../../workflows/window/round-state';

const window: OpenWindow = {
  tenant: 'acme',
  from: '2026-11-01T00:00:00.000Z',
  to: '2026-11-02T00:00:00.000Z',
  windowId: '7',
  attempt: 1,
  by: 'start',
  passes: [{ skillId: 1 }, { skillId: 2 }],
  recordings: true,
  downloads: true,
  usualFilter: true,
  pageSize: 5,
  pagesInFlight: 3,
  recordingsInFlight: 4,
  maxRereads: 2,
  parkedTimeoutHours: 1,
  leavesAgents: false,
  readsOn: true,
};

/** The answer of a source that holds one contact a minute for each pass. */
function answer(held: number, { slice }: rounds.PassSlice, pageId: string): FetchedPage {
  const { skip, top } = requestOf(window, {}, slice);
  const records = Math.max(0, Math.min(top, held - skip));
  const at = (place: number): string => new Date(Date.parse(window.from) + place * 60_000).toISOString();
  return {
    pageId: records === 0 ? null : pageId,
    records,
    top,
    totalRecords: held,
    lastPollTime: window.to,
    firstStart: records === 0 ? null : at(skip),
    lastStart: records === 0 ? null : at(skip + records - 1),
  };
}

describe('a round', () => {
  it('stores every contact once, whatever fails on the way and wherever it is interrupted', () => {
    const step = fc.record({
      kind: fc.constantFrom('ask', 'arrive', 'fail', 'store', 'go on'),
      pick: fc.nat(),
    });
    fc.assert(
      fc.property(fc.array(fc.nat(30), { minLength: 2, maxLength: 2 }), fc.array(step), (held, steps) => {
        let round = rounds.newRound(window, 0);
        let underWay: readonly rounds.PassSlice[] = [];
        let pages = 0;
        const take = (pick: number): rounds.PassSlice | undefined => {
          const taken = underWay[pick % Math.max(1, underWay.length)];
          underWay = underWay.filter((one) => one !== taken);
          return taken;
        };
        const ask = (): void => {
          const next = rounds.takeNext(round);
          if (!next) return;
          round = next.round;
          underWay = [...underWay, next];
        };
        const arrive = (taken: rounds.PassSlice | undefined): void => {
          if (!taken) return;
          round = rounds.pageFetched(round, taken, answer(held[taken.pass] ?? 0, taken, `${(pages += 1)}`));
        };
        const store = (pick: number): void => {
          const page = round.unstored[pick % Math.max(1, round.unstored.length)];
          if (page) round = rounds.pageStored(round, page, 1);
        };
        for (const { kind, pick } of steps) {
          if (kind === 'ask') ask();
          if (kind === 'arrive') arrive(take(pick));
          if (kind === 'store') store(pick);
          if (kind === 'fail') {
            const taken = take(pick);
            if (taken) round = rounds.putBack(round, taken);
          }
          // Nothing that is under way survives: a run waits for it, or asks for it again.
          if (kind === 'go on') {
            for (const slice of underWay) round = rounds.putBack(round, slice);
            underWay = [];
            round = JSON.parse(JSON.stringify(round)) as rounds.Round;
          }
        }
        while (underWay.length > 0 || rounds.takeNext(round)) {
          ask();
          arrive(take(0));
        }
        while (round.unstored.length > 0) store(0);

        expect(rounds.isRoundRead(round)).toBe(true);
        expect(round.contacts).toBe(held.reduce((sum, one) => sum + one, 0));
        expect(rounds.expectedSoFar(round)).toBe(round.contacts);
        expect(round.rejected).toBe(round.pages);
      }),
    );
  });

  it('does not count rows again that a group of equal stamps shows once more, nor rows beyond the window', () => {
    const round = rounds.newRound(window, 0);
    const tied = { pass: 0, slice: { skip: 0, top: 10_000, at: window.from } };
    const page = { ...answer(3, { pass: 0, slice: { skip: 0, top: 5 } }, 'p'), beyond: 1 };
    const [landed] = rounds.pageFetched(round, tied, page).unstored;
    expect(landed).toEqual({ pageId: 'p', records: 2, tied: true });
    expect(rounds.pageStored(round, landed!, 0)).toMatchObject({ contacts: 0, pages: 1 });
  });

  it('ends at the earliest clock that its pages showed, a millisecond after its beginning at the earliest', () => {
    const slice = { pass: 0, slice: { skip: 0, top: 5 } };
    const page = answer(3, slice, 'p');
    const clocks = ['2026-11-01T20:00:00.000Z', '2026-11-01T19:00:00.000Z', '2026-11-01T21:00:00.000Z'];
    const round = clocks.reduce(
      (now, clock) => rounds.pageFetched(now, slice, page, clock),
      rounds.newRound(window, 0),
    );
    expect(rounds.endOf(window, round)).toBe('2026-11-01T19:00:00.000Z');
    expect(rounds.endOf(window, rounds.newRound(window, 0))).toBe(window.to);
    expect(rounds.endOf(window, { ...round, clock: '2026-10-01T00:00:00.000Z' })).toBe(
      '2026-11-01T00:00:00.001Z',
    );
  });
});
