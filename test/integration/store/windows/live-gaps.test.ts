import type { WindowFilter } from '../../../../store';
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
const gap = { from: at(-3_600), to: at(2 * daySeconds + 600) };

describe.each(postgresServers())('gaps of the live sync on $label', (server) => {
  let environment: TestEnvironment;
  beforeAll(async () => {
    environment = await openTestEnvironment(server);
  });
  afterEach(() => environment.empty());
  afterAll(() => environment?.close());

  const gaps = () => environment.store.gaps;
  const open = (filter = everything) => gaps().open('acme', filter);
  /** Reads a window by start to its end, by a run of its own. */
  async function read(
    from: Date,
    to: Date,
    status: 'complete' | 'incomplete' = 'complete',
    filter = everything,
  ) {
    const runId = `run-${Math.random()}`;
    const key = { tenant: 'acme', from, to, by: 'start', filter } as const;
    const claim = await environment.store.windows.claim(key, { ...someone, runId });
    if (claim.status === 'busy') throw new Error('the window is busy');
    await environment.store.windows.close(claim.windowId, claim.attempt, {
      status,
      expected: 0,
      absent: 0,
      round: 1,
    });
  }
  const aDayLater = () =>
    environment.query("update cxone.live_gap set begun_at = begun_at - interval '25 hours'");

  it('are missing until windows begun after they were found are complete without a hole', async () => {
    await read(gap.from, days(0));
    await gaps().found('acme', gap);
    expect(await open()).toMatchObject([{ ...gap, missing: gap, begun: gap, due: false, givenUp: false }]);
    await read(days(1), days(2));
    expect(await open()).toMatchObject([{ missing: gap }]);
    await read(gap.from, days(0));
    expect(await open()).toMatchObject([{ missing: { from: days(0), to: gap.to } }]);
    await read(days(2), gap.to, 'incomplete');
    await read(days(0), days(1));
    expect(await open()).toMatchObject([{ missing: { from: days(2), to: gap.to } }]);
    await read(days(2), gap.to, 'complete', { ...everything, skillIds: [4] });
    expect(await open()).toHaveLength(1);
    await read(days(2), gap.to);
    expect(await open()).toEqual([]);
  });

  it('are filled by windows under the tenant’s filter, in whatever order its ids are written', async () => {
    await gaps().found('acme', gap);
    await read(gap.from, gap.to, 'complete', { ...everything, skillIds: [4, 12] });
    expect(await open({ ...everything, skillIds: [12, 4, 4] })).toEqual([]);
    expect(await open()).toHaveLength(1);
  });

  it('are filled for a narrower filter by windows under a wider one, and not the other way round', async () => {
    await gaps().found('acme', gap);
    await read(gap.from, gap.to, 'complete', { ...everything, skillIds: [4, 12] });
    expect(await open({ ...everything, skillIds: [4], mediaTypeIds: [3] })).toEqual([]);
    expect(await open({ ...everything, skillIds: [4, 13] })).toHaveLength(1);
  });

  it('are listed for many tenants at once, each under its own filter', async () => {
    await gaps().found('acme', gap);
    await gaps().found('globex', gap);
    await gaps().found('initech', gap);
    await read(gap.from, gap.to, 'complete', { ...everything, skillIds: [4] });
    const byTenant = await gaps().openAmong([
      { tenant: 'acme', ...everything, skillIds: [4] },
      { tenant: 'globex', ...everything },
      { tenant: 'hooli', ...everything },
    ]);
    expect([...byTenant.keys()]).toEqual(['globex']);
  });

  it('that wait for a person are due until an operator was asked, and then again after a day', async () => {
    await gaps().found('acme', { ...gap, reason: 'filter', waits: true, begun: false });
    const [found] = await open();
    if (!found) throw new Error('there is none');
    expect(found).toMatchObject({ reason: 'filter', waits: true, begun: null, due: true });
    expect(await gaps().begin('acme', found)).toBe(true);
    expect(await gaps().begin('acme', found)).toBe(false);
    expect(await open()).toMatchObject([{ waits: true, due: false, begun: gap }]);
    await aDayLater();
    expect(await open()).toMatchObject([{ due: true }]);
    await gaps().takeOn('acme', found, { from: days(0), to: gap.to });
    expect(await open()).toMatchObject([{ waits: false, due: false, begun: { from: days(0), to: gap.to } }]);
  });

  it('that wait for a person are closed by one who wants them unread, and no others', async () => {
    await gaps().found('acme', { ...gap, from: days(-9), reason: 'filter', waits: true, begun: false });
    await gaps().found('acme', gap);
    await gaps().dismiss('acme', { from: days(-1), to: days(1) });
    expect(await open()).toMatchObject([{ from: gap.from, waits: false }]);
  });

  it('of one reason are due at once when they are hastened', async () => {
    await gaps().found('acme', { ...gap, reason: 'rejected' });
    await gaps().found('acme', { from: days(-9), to: days(-8) });
    await gaps().hasten('acme', 'rejected');
    expect(await open()).toMatchObject([
      { reason: 'away', due: false },
      { reason: 'rejected', due: true, begun: null },
    ]);
  });

  it('of rejected records keep, while they grow, when a backfill was begun for them and that a person gave it up', async () => {
    const grow = (end: number) => gaps().found('acme', { from: gap.from, to: days(end), reason: 'rejected' });
    await grow(2);
    await aDayLater();
    await grow(3);
    const [due] = await open();
    if (!due) throw new Error('there is none');
    // A day after the first bad window, though others followed.
    expect(due).toMatchObject({ to: days(3), due: true });
    expect(await gaps().begin('acme', due)).toBe(true);
    await gaps().giveUp('acme', due);
    await grow(4);
    const begun = { from: gap.from, to: days(3) };
    expect(await open()).toMatchObject([{ to: days(4), due: false, begun, givenUp: true }]);
    // Once it is filled, another one begins.
    await read(gap.from, days(4));
    await gaps().settle('acme', everything);
    await grow(5);
    expect(await open()).toMatchObject([{ to: days(5), due: false, givenUp: false }]);
  });

  it('that grow while they are open keep their later end, and the question they wait for', async () => {
    await gaps().found('acme', { ...gap, waits: true });
    await gaps().found('acme', { from: gap.from, to: days(1) });
    expect(await open()).toMatchObject([{ to: gap.to, waits: true }]);
    await gaps().dismiss('acme', gap);
    await gaps().found('acme', { from: gap.from, to: days(1) });
    expect(await open()).toMatchObject([{ to: days(1), waits: false }]);
  });

  it('once filled do not come back when a window of theirs is read again', async () => {
    await gaps().found('acme', gap);
    await read(gap.from, gap.to);
    await gaps().settle('acme', everything);
    await read(gap.from, gap.to, 'incomplete');
    expect(await open()).toEqual([]);
    await gaps().found('acme', gap);
    expect(await open()).toHaveLength(1);
  });

  it('are begun again once a day, for what is missing', async () => {
    await gaps().found('acme', gap);
    await read(gap.from, days(1));
    const [found] = await open();
    if (!found) throw new Error('there is none');
    expect(await gaps().begin('acme', found)).toBe(false);
    await aDayLater();
    const [due] = await open();
    expect(due).toMatchObject({ due: true, begun: gap });
    const both = [gaps().begin('acme', found), gaps().begin('acme', found)];
    expect((await Promise.all(both)).filter(Boolean)).toEqual([true]);
    expect(await open()).toMatchObject([{ due: false, begun: { from: days(1), to: gap.to } }]);
  });

  it('are given up for each tenant separately', async () => {
    await gaps().found('acme', gap);
    await gaps().found('globex', gap);
    const [found] = await open();
    if (!found) throw new Error('there is none');
    await gaps().giveUp('acme', found);
    expect(await open()).toMatchObject([{ givenUp: true }]);
    expect(await gaps().open('globex', everything)).toMatchObject([{ givenUp: false }]);
  });
});
