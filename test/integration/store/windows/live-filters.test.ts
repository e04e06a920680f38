import type { WindowFilter, WindowKey } from '../../../../store';
import { isWithin, withinSql } from '../../../../store/tables/window-filter';
import { postgresServers } from '../../../setup/servers';
import {
  at,
  everything as all,
  openTestEnvironment,
  someone,
  type TestEnvironment,
} from '../test-environment';

const everything: WindowFilter = all;
const daySeconds = 86_400;
const days = (n: number): Date => at(n * daySeconds);
const skills = (...skillIds: readonly number[]): WindowFilter => ({ ...everything, skillIds });
const clock = days(20);

describe.each(postgresServers())('the filter of a watermark on $label', (server) => {
  let environment: TestEnvironment;
  beforeAll(async () => {
    environment = await openTestEnvironment(server);
  });
  beforeEach(() => environment.store.watermarks.begin('acme', 'contacts', days(10)));
  afterEach(() => environment.empty());
  afterAll(() => environment?.close());

  const adopt = (filter: WindowFilter, more: { readonly lookBackDays?: number } = {}) =>
    environment.store.filters.adopt({
      tenant: 'acme',
      stream: 'contacts',
      filter,
      clock,
      changesForDays: 3,
      lookBackDays: 30,
      ...more,
    });
  const open = (filter: WindowFilter) => environment.store.gaps.open('acme', filter);
  /** Reads a window to its end. */
  async function read(from: Date, to: Date, filter: WindowFilter, by: WindowKey['by'] = 'start') {
    const claimant = { ...someone, runId: `run-${Math.random()}` };
    const claim = await environment.store.windows.claim({ tenant: 'acme', from, to, by, filter }, claimant);
    if (claim.status === 'busy') throw new Error('the window is busy');
    const { windowId, attempt } = claim;
    const moved = await environment.store.watermarks.moveOver('contacts', windowId, attempt);
    await environment.store.windows.close(windowId, attempt, {
      status: 'complete',
      expected: 0,
      absent: 0,
      round: 1,
    });
    return moved;
  }

  it('is the tenant’s where none was kept, as after an upgrade: nothing is taken to be missing', async () => {
    await read(days(1), days(10), skills(101));
    expect(await adopt(skills(102, 101))).toBe('same');
    expect(await environment.store.filters.kept(['acme', 'globex'])).toEqual(
      new Map([['acme', skills(101, 102)]]),
    );
    expect(await open(skills(101, 102))).toEqual([]);
    expect(await adopt(skills(101, 102))).toBe('same');
  });

  it('that is widened leaves a gap from where reading under the former began, with the days in which contacts change', async () => {
    await adopt(skills(101));
    await read(days(2), days(4), skills(101));
    await read(days(10), days(19), skills(101), 'update');
    expect(await adopt(skills(101, 102))).toBe('wider');
    const gap = { from: days(-1), to: clock };
    expect(await open(skills(101, 102))).toEqual([
      { ...gap, reason: 'filter', waits: false, missing: gap, begun: null, due: true, givenUp: false },
    ]);
    expect(await adopt(skills(101, 102))).toBe('same');
    await read(gap.from, gap.to, skills(101, 102));
    expect(await open(skills(101, 102))).toEqual([]);
  });

  it('counts as widened where anything is added, whatever is left out', async () => {
    await adopt(skills(101, 103));
    await read(days(2), days(4), skills(101, 103));
    expect(await adopt(skills(101, 102))).toBe('wider');
    expect(await open(skills(101, 102))).toHaveLength(1);
  });

  it('that is widened further back than the live sync fills waits for a person', async () => {
    await adopt(skills(101));
    await read(days(2), days(4), skills(101));
    await adopt(everything, { lookBackDays: 17 });
    expect(await open(everything)).toMatchObject([{ waits: true, begun: null, due: true }]);
  });

  it('that is narrowed misses nothing, and widened back only what was read in between', async () => {
    await adopt(everything);
    await read(days(1), days(15), everything);
    expect(await adopt(skills(101))).toBe('narrower');
    expect(await open(skills(101))).toEqual([]);
    await read(days(15), days(18), skills(101), 'update');
    expect(await adopt(everything)).toBe('wider');
    expect(await open(everything)).toMatchObject([{ from: days(12), to: clock, waits: false }]);
  });

  it('that is widened back misses what a window hides that a wrong clock let end in the future', async () => {
    await adopt(everything);
    await read(days(10), days(400), everything, 'update');
    const back = {
      tenant: 'acme',
      stream: 'contacts',
      clock: days(15),
      lookBackDays: 30,
      filter: everything,
    };
    await environment.store.clocks.setBack(back);
    await adopt(skills(101));
    await read(days(15), days(18), skills(101), 'update');
    expect(await adopt(everything)).toBe('wider');
    expect(await open(everything)).toMatchObject([{ from: days(12), to: clock }]);
  });

  it('misses nothing where the history was loaded under the wider filter beforehand, or nothing was read at all', async () => {
    await adopt(skills(101));
    await adopt(skills(101, 102));
    expect(await open(skills(101, 102))).toEqual([]);
    await read(days(1), days(4), skills(101, 102));
    await read(days(1), days(4), everything);
    await adopt(everything);
    expect(await open(everything)).toEqual([]);
  });

  it('keeps the watermark where it is for a window that was read under a narrower one', async () => {
    await adopt(skills(101, 102));
    expect(await read(days(9), days(11), skills(101), 'update')).toBe(false);
    expect(await environment.store.watermarks.get('acme', 'contacts')).toEqual(days(10));
    expect(await read(days(9), days(12), skills(101, 102), 'update')).toBe(true);
    expect(await read(days(12), days(13), everything, 'update')).toBe(true);
  });

  it('is compared in the database as it is here', async () => {
    const lists = [[], [1], [2], [1, 2], [2, 3]];
    const filters = lists.flatMap((skillIds) =>
      lists.slice(0, 3).map((campaignIds) => ({ ...everything, skillIds, campaignIds })),
    );
    const rows = await environment.query<{ i: number; o: number; within: boolean }>(
      `with f as (
         select n::int, x.* from jsonb_array_elements($1::jsonb) with ordinality as one (value, n),
           jsonb_to_record(value) as x (skill_ids bigint[], campaign_ids bigint[], media_type_ids bigint[]))
       select i.n as i, o.n as o, ${withinSql('i', 'o')} as within from f i, f o`,
      [
        JSON.stringify(
          filters.map(({ skillIds, campaignIds }) => ({
            skill_ids: skillIds,
            campaign_ids: campaignIds,
            media_type_ids: [],
          })),
        ),
      ],
    );
    expect(rows).toHaveLength(filters.length ** 2);
    for (const { i, o, within } of rows) {
      const [inner, outer] = [filters[i - 1] as WindowFilter, filters[o - 1] as WindowFilter];
      expect([inner, outer, within]).toEqual([inner, outer, isWithin(inner, outer)]);
    }
  });
});
