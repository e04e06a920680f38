import fc from 'fast-check';
import { cut, halves, readSpan } from '../../../../client/plan/ranges';

const dayMs = 86_400_000;
const range = (from: number, length: number) => ({ from: new Date(from), to: new Date(from + length) });
const ranges = fc
  .tuple(fc.integer({ min: 0, max: 2e12 }), fc.integer({ min: 1, max: 40 * dayMs }))
  .map(([from, length]) => range(from, length));

describe('a span', () => {
  it.each([
    ['1d', dayMs],
    ['12h', dayMs / 2],
    ['90m', 5_400_000],
  ])('of %s is read', (text, ms) => expect(readSpan(text)).toBe(ms));

  it.each(['', '1', 'd', '0d', '-1d', '1.5h', '1w', '1 d', '01d', '999999d'])(
    'written %j is refused',
    (text) => expect(readSpan(text)).toBeNull(),
  );
});

describe('a range that is cut', () => {
  it('leaves no gap, no overlap and nothing beyond its ends, in pieces no longer than asked', () => {
    fc.assert(
      fc.property(ranges, fc.integer({ min: dayMs / 2, max: 60 * dayMs }), (whole, ms) => {
        const pieces = cut(whole, ms);
        expect(pieces[0]?.from).toEqual(whole.from);
        expect(pieces.at(-1)?.to).toEqual(whole.to);
        for (const [index, { from, to }] of pieces.entries()) {
          const length = to.getTime() - from.getTime();
          expect(length > 0 && length <= ms).toBe(true);
          if (index > 0) expect(from).toEqual(pieces[index - 1]?.to);
        }
      }),
    );
  });

  it('in halves meets in the middle', () => {
    const [first, second] = halves(range(0, 11));
    expect([first.from, first.to, second.from, second.to].map(Number)).toEqual([0, 5, 5, 11]);
  });
});
