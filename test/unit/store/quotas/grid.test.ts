import fc from 'fast-check';
import {
  allowance,
  type Grid,
  gridOf,
  isOpen,
  type QuotaSize,
  slotAt,
  slotOfPlace,
} from '../../../../store/quotas/grid';

const epoch = Date.parse('2026-11-20T12:00:00Z');

const sizes = fc.record({
  requests: fc.oneof(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 1, max: 1_000_000 })),
  perSeconds: fc.oneof(fc.integer({ min: 1, max: 600 }), fc.integer({ min: 1, max: 86_400 })),
});

/** The most that lie in any `spanMs`, their beginning not counted: as a server counts (simulator/media/quota.ts). */
function mostInSpan(moments: readonly number[], spanMs: number): number {
  const ordered = [...moments].sort((a, b) => a - b);
  let first = 0;
  let most = 0;
  ordered.forEach((moment, index) => {
    while ((ordered[first] ?? 0) <= moment - spanMs) first += 1;
    most = Math.max(most, index - first + 1);
  });
  return most;
}

/** Everything the windows admit of requests that ask at these moments. */
function admitted(grid: Grid, moments: readonly number[], share = () => 1): number[] {
  const sent = new Map<number, number>();
  return moments.filter((moment) => {
    const window = slotAt(grid, moment);
    if (!isOpen(grid, window, moment)) return false;
    const count = sent.get(window) ?? 0;
    if (count >= allowance(grid, window, share())) return false;
    sent.set(window, count + 1);
    return true;
  });
}

describe('a quota cut into windows', () => {
  it('never lets more through in any span than its requests, whenever they ask and with any lag on the way', () => {
    const gaps = fc.array(
      fc.record({
        gap: fc.double({ min: 0, max: 1, noNaN: true }),
        lag: fc.double({ min: 0, max: 1, noNaN: true }),
      }),
      { minLength: 1, maxLength: 400 },
    );
    fc.assert(
      fc.property(
        fc.record({
          requests: fc.integer({ min: 1, max: 120 }),
          perSeconds: fc.integer({ min: 1, max: 600 }),
        }),
        fc.integer({ min: 0, max: 10_000_000 }),
        gaps,
        (size, start, asked) => {
          const grid = gridOf(size);
          let now = epoch + start;
          // Twice as many ask as are allowed, on average.
          const moments = asked.map(({ gap }) => (now += (gap * grid.spanMs) / size.requests));
          const lags = new Map(
            moments.map((at, index) => [at, (asked[index]?.lag ?? 0) * grid.spanMs * 0.01]),
          );
          const arrived = admitted(grid, moments).map((at) => at + (lags.get(at) ?? 0));
          expect(mostInSpan(arrived, grid.spanMs)).toBeLessThanOrEqual(size.requests);
        },
      ),
      { numRuns: 150 },
    );
  });

  it('keeps to it when everyone asks at the worst moments: where windows close and where they open', () => {
    fc.assert(
      fc.property(
        fc.record({
          requests: fc.integer({ min: 1, max: 2_000 }),
          perSeconds: fc.integer({ min: 1, max: 600 }),
        }),
        fc.integer({ min: 0, max: 1_000_000 }),
        (size, start) => {
          const grid = gridOf(size);
          const first = slotAt(grid, epoch + start);
          const touched = Math.ceil(grid.spanMs / grid.widthMs) + 2;
          // Each window is emptied at its close or at its opening; late ones first, early ones last.
          for (let late = 0; late <= touched; late += Math.max(1, Math.floor(touched / 7))) {
            const moments = Array.from({ length: touched + 1 }, (_, index) => {
              const opens = (first + index) * grid.widthMs;
              return index < late ? opens + grid.openMs - 0.01 : opens + 0.01;
            }).flatMap((moment) => Array.from({ length: grid.perWindow }, () => moment));
            const through = admitted(grid, moments);
            expect(mostInSpan(through, grid.spanMs)).toBeLessThanOrEqual(size.requests);
          }
        },
      ),
      { numRuns: 40 },
    );
  });

  it('leaves at least 95 % of any quota usable', () => {
    fc.assert(
      fc.property(sizes, (size: QuotaSize) => {
        const { perWindow, widthMs, openMs, spanMs } = gridOf(size);
        const usable = (perWindow * spanMs) / widthMs;
        expect(usable / size.requests).toBeGreaterThanOrEqual(0.95);
        expect(usable).toBeLessThanOrEqual(size.requests);
        expect(openMs).toBeLessThanOrEqual(widthMs);
        expect(openMs).toBeGreaterThanOrEqual(Math.min(widthMs, spanMs * 0.03));
      }),
      { numRuns: 2_000, examples: [[{ requests: 1, perSeconds: 1 }], [{ requests: 10, perSeconds: 60 }]] },
    );
  });

  it('is three requests in about six seconds for the 150 in 300 seconds of Media Playback', () => {
    const { perWindow, widthMs, openMs } = gridOf({ requests: 150, perSeconds: 300 });
    expect(perWindow).toBe(3);
    expect(widthMs).toBeCloseTo(6_184, 0);
    expect(openMs).toBe(widthMs);
  });

  it('puts every moment into the window that has begun and not ended', () => {
    fc.assert(
      fc.property(sizes, fc.integer({ min: epoch, max: epoch + 1e12 }), (size, now) => {
        const grid = gridOf(size);
        const window = slotAt(grid, now);
        expect(window * grid.widthMs).toBeLessThanOrEqual(now);
        expect((window + 1) * grid.widthMs).toBeGreaterThan(now - 0.01);
      }),
    );
  });
});

describe('a share of the pace', () => {
  const window = fc.integer({ min: 1, max: 1e11 });

  it('never makes a window larger, and over any twenty windows is that share of them', () => {
    fc.assert(
      fc.property(sizes, window, fc.integer({ min: 1, max: 20 }), (size, first, twentieths) => {
        const grid = gridOf(size);
        const taken = Array.from({ length: 20 }, (_, n) => allowance(grid, first + n, twentieths / 20));
        for (const one of taken) expect(one).toBeLessThanOrEqual(grid.perWindow);
        expect(taken.reduce((sum, one) => sum + one, 0)).toBe(grid.perWindow * twentieths);
      }),
    );
  });

  it('may change at any moment without more getting through than the quota', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 400, maxLength: 400 }),
        (shares) => {
          const size = { requests: 30, perSeconds: 60 };
          const grid = gridOf(size);
          let turn = 0;
          const moments = shares.map((_, index) => epoch + index * 500);
          const through = admitted(grid, moments, () => shares[turn++ % shares.length] ?? 1);
          expect(mostInSpan(through, grid.spanMs)).toBeLessThanOrEqual(size.requests);
        },
      ),
      { numRuns: 50 },
    );
  });
});

describe('the queue', () => {
  it('gives as many places to each window to come as it takes, in order, from the next window on', () => {
    fc.assert(
      fc.property(
        sizes,
        fc.integer({ min: 1, max: 1e11 }),
        fc.integer({ min: 1, max: 20 }),
        (size, now, twentieths) => {
          const grid = gridOf(size);
          const share = twentieths / 20;
          const turns = Array.from({ length: 60 }, (_, index) => slotOfPlace(grid, now, index + 1, share));
          expect(turns[0]).toBeGreaterThan(now);
          const counts = new Map<number, number>();
          turns.forEach((turn, index) => {
            expect(turn).toBeGreaterThanOrEqual(turns[index - 1] ?? 0);
            counts.set(turn, (counts.get(turn) ?? 0) + 1);
          });
          const last = turns.at(-1);
          for (const [turn, count] of counts) {
            if (turn !== last) expect(count).toBe(allowance(grid, turn, share));
          }
        },
      ),
    );
  });
});
