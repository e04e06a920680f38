import fc from 'fast-check';
import type { WindowFilter } from '../../../../store';
import { isWithin, sortedFilter } from '../../../../store/tables/window-filter';

const everything: WindowFilter = { skillIds: [], campaignIds: [], mediaTypeIds: [] };
const ids = fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 4 });
const filters = fc.record({ skillIds: ids, campaignIds: ids, mediaTypeIds: ids });

/** Whether a contact passes. */
function passes(filter: WindowFilter, [skill, campaign, media]: readonly [number, number, number]): boolean {
  const has = (list: readonly number[], id: number) => list.length === 0 || list.includes(id);
  return has(filter.skillIds, skill) && has(filter.campaignIds, campaign) && has(filter.mediaTypeIds, media);
}

/** A contact of each kind there may be, an id that no filter names included. */
const contacts = [1, 2, 3, 4, 5].flatMap((a) =>
  [1, 2, 3, 4, 5].flatMap((b) => [1, 2, 3, 4, 5].map((c) => [a, b, c] as const)),
);

describe('whether a filter lies within another', () => {
  it('is whether the other lets through every contact that it lets through', () => {
    fc.assert(
      fc.property(filters, filters, (inner, outer) => {
        const all = contacts.filter((one) => passes(inner, one)).every((one) => passes(outer, one));
        expect(isWithin(inner, outer)).toBe(all);
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    ['more skills', { skillIds: [101] }, { skillIds: [101, 102] }, true, false],
    ['no filter at all', { skillIds: [101] }, {}, true, false],
    ['one skill for another', { skillIds: [101] }, { skillIds: [102] }, false, false],
    ['another kind of filter', { skillIds: [101] }, { campaignIds: [7] }, false, false],
    ['the same, written otherwise', { skillIds: [2, 1, 1] }, { skillIds: [1, 2] }, true, true],
  ])('from a former filter to %s', (_what, former, present, keeps, same) => {
    const [before, now] = [
      { ...everything, ...former },
      { ...everything, ...present },
    ];
    expect([isWithin(before, now), isWithin(now, before)]).toEqual([keeps, same]);
  });

  it('is given lists that are sorted and without repeats', () => {
    expect(sortedFilter({ ...everything, skillIds: [30, 4, 30, 12] }).skillIds).toEqual([4, 12, 30]);
  });
});
