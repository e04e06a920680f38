import type { Pool } from 'pg';
import { createQuotaWaits } from '../../../store/quotas/quota-waits';
import { createQuotas, type Admission, type QuotaName, type Quotas } from '../../../store/quotas/quotas';
import { gridOf, type QuotaSize, slotAt } from '../../../store/quotas/grid';
import { openTestPool } from '../../setup/pool';
import { postgresServers } from '../../setup/servers';
import { openTestEnvironment, type TestEnvironment } from './test-environment';

const size: QuotaSize = { requests: 150, perSeconds: 300 };
const grid = gridOf(size);
const media: QuotaName = { tenant: 'acme', family: 'media', size };
const contacts: QuotaName = { tenant: 'acme', family: 'contacts', size: undefined };
const minuteMs = 60_000;

describe.each(postgresServers())('quotas on $label', (server) => {
  let environment: TestEnvironment;
  let pools: Pool[];
  let clock: number;
  /** One worker's view of the quotas: a pool of its own. */
  let open: () => Quotas;

  function openPool(): Pool {
    const pool = openTestPool(environment.url, 20);
    pools.push(pool);
    return pool;
  }

  beforeAll(async () => {
    environment = await openTestEnvironment(server);
  });
  afterAll(() => environment?.close());
  beforeEach(async () => {
    await environment.empty();
    pools = [];
    // The library reads the machine's clock, so that is the one to move. Windows begin at `clock`.
    clock = Math.ceil((slotAt(grid, Date.now()) + 1) * grid.widthMs);
    jest.spyOn(Date, 'now').mockImplementation(() => Math.floor(clock));
    open = () => {
      const pool = openPool();
      return createQuotas(pool, async () => clock);
    };
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    for (const pool of pools) await pool.end();
  });

  const many = (n: number, quotas: Quotas, name = media, backfill = false): Promise<Admission[]> =>
    Promise.all(Array.from({ length: n }, async () => quotas.admit(name, backfill)));
  const countIn = (admissions: readonly Admission[]): number =>
    admissions.filter(({ admitted }) => admitted).length;
  const waitsIn = (admissions: readonly Admission[]): number[] =>
    admissions.flatMap((one) => (one.admitted ? [] : [one.retryAfterMs]));
  const toNextWindow = (): void => {
    clock = (slotAt(grid, clock) + 1) * grid.widthMs + 1;
  };

  it('admit exactly what a window takes of 200 requests that ask at once', async () => {
    const admissions = await many(200, open());
    expect(countIn(admissions)).toBe(grid.perWindow);
  });

  it('are one bucket for two workers, however their requests are mixed', async () => {
    const [one, other] = [open(), open()];
    const both = await Promise.all([many(60, one), many(60, other)]);
    expect(countIn(both.flat())).toBe(grid.perWindow);
    expect(countIn(await many(1, other))).toBe(0);
    toNextWindow();
    expect(countIn(await many(2, one))).toBe(2);
    expect(countIn(await many(5, other))).toBe(1);
  });

  it('are forgotten by no restart', async () => {
    const before = open();
    await many(5, before);
    await before.refused(contacts, 30_000);
    await Promise.all(pools.splice(0).map((pool) => pool.end()));
    const after = open();
    expect(countIn(await many(1, after))).toBe(0);
    expect(await after.admit(contacts, false)).toMatchObject({ admitted: false });
    expect(await after.list('acme', { media: size })).toMatchObject([
      { family: 'contacts', share: expect.closeTo(0.5, 4), blockedUntil: expect.any(Date) },
      { family: 'media', used: 3, share: 1, blockedUntil: null },
    ]);
  });

  it('of many tenants are listed at once as each by itself, and no tenant’s name is taken for another’s', async () => {
    const quotas = open();
    const named = (tenant: string) => ({ ...media, tenant });
    for (const tenant of ['acme', 'acme-eu', 'globex']) await many(3, quotas, named(tenant));
    await quotas.refused({ tenant: 'globex', family: 'contacts', size: undefined }, 5_000);
    const tenants = ['acme', 'globex', 'initech'].map((tenant) => ({ tenant, limits: { media: size } }));
    const listed = await quotas.listAmong(tenants);
    expect([...listed.keys()]).toEqual(['acme', 'globex', 'initech']);
    for (const { tenant, limits } of tenants)
      expect(listed.get(tenant)).toEqual(await quotas.list(tenant, limits));
    expect(listed.get('acme')).toMatchObject([{ family: 'media', used: 3 }]);
    expect(listed.get('globex')).toMatchObject([{ family: 'contacts' }, { family: 'media', used: 3 }]);
    expect(listed.get('initech')).toMatchObject([{ used: 0 }]);
  });

  it('send those who wait into the windows to come, three into each and no two at one time', async () => {
    const waits = waitsIn(await many(63, open())).sort((a, b) => a - b);
    expect(waits).toHaveLength(60);
    expect(new Set(waits).size).toBeGreaterThan(55);
    const counts = new Map<number, number>();
    for (const wait of waits) {
      const turn = slotAt(grid, clock + wait) - slotAt(grid, clock);
      counts.set(turn, (counts.get(turn) ?? 0) + 1);
    }
    expect([...counts].sort(([a], [b]) => a - b)).toEqual(Array.from({ length: 20 }, (_, n) => [n + 1, 3]));
  });

  it('never make a caller wait longer than ten minutes', async () => {
    const far = { ...media, size: { requests: 1, perSeconds: 300 } };
    const waits = waitsIn(await many(20, open(), far));
    expect(Math.max(...waits)).toBeLessThanOrEqual(10 * minuteMs);
  });

  it('are kept by each tenant and each family on its own', async () => {
    const quotas = open();
    expect(countIn(await many(5, quotas))).toBe(3);
    expect(countIn(await many(5, quotas, { ...media, tenant: 'zenith' }))).toBe(3);
    expect(countIn(await many(5, quotas, { ...media, family: 'lookups' }))).toBe(3);
    expect(countIn(await many(50, quotas, contacts))).toBe(50);
  });

  it('are used to 95 % and never broken by eight who always come when asked to, with a moved clock', async () => {
    const [one, other] = [open(), open()];
    const sent: number[] = [];
    const start = clock;
    const wake = Array.from({ length: 8 }, () => clock);
    while (clock < start + 20 * minuteMs) {
      const next = wake.indexOf(Math.min(...wake));
      clock = Math.max(clock, wake[next] ?? clock);
      const admission = await (next % 2 === 0 ? one : other).admit(media, false);
      if (admission.admitted) sent.push(clock);
      // An admitted request takes a second and comes a little late, as a retry does.
      wake[next] = clock + (admission.admitted ? 1_000 : admission.retryAfterMs + 50);
    }
    const inSpan = sent.map((at) => sent.filter((moment) => moment > at - 300_000 && moment <= at).length);
    expect(Math.max(...inSpan)).toBeLessThanOrEqual(size.requests);
    expect(sent.length).toBeGreaterThan(0.95 * 4 * size.requests);
  });

  describe('after a 429', () => {
    /** Requests admitted while ten ask in each window for some time. */
    async function sentWithin(quotas: Quotas, ms: number): Promise<number> {
      let sent = 0;
      for (let turns = Math.ceil(ms / grid.widthMs); turns > 0; turns -= 1) {
        sent += countIn(await many(4, quotas));
        toNextWindow();
      }
      return sent;
    }

    it('are halved for all workers, and full again after minutes', async () => {
      const [one, other] = [open(), open()];
      const usual = await sentWithin(other, minuteMs);
      await one.refused(media, undefined);
      const [state] = await other.list('acme', { media: size });
      expect(state).toMatchObject({
        share: expect.closeTo(0.5, 4),
        fullPaceAt: new Date(Math.floor(clock) + 5 * minuteMs),
      });
      const after = await sentWithin(other, minuteMs);
      expect(after / usual).toBeGreaterThan(0.4);
      expect(after / usual).toBeLessThan(0.65);
      clock += 4 * minuteMs;
      expect(await sentWithin(other, minuteMs)).toBeGreaterThanOrEqual(usual - 1);
    });

    it('are halved once for refusals that come together, and again for later ones', async () => {
      const quotas = open();
      await Promise.all(Array.from({ length: 12 }, async () => quotas.refused(media, undefined)));
      expect(await quotas.list('acme', { media: size })).toMatchObject([{ share: expect.closeTo(0.5, 4) }]);
      clock += 31_000;
      await quotas.refused(media, undefined);
      expect(await quotas.list('acme', { media: size })).toMatchObject([{ share: expect.closeTo(0.276, 2) }]);
    });

    it('limit a family that had no limit, and let it go again', async () => {
      const quotas = open();
      await quotas.refused(contacts, undefined);
      let sent = 0;
      const end = clock + 20_000;
      for (; clock < end; clock += 250) sent += countIn(await many(5, quotas, contacts));
      // Half of eight a second.
      expect(sent / 20).toBeGreaterThan(3);
      expect(sent / 20).toBeLessThan(5);
      clock += 5 * minuteMs;
      expect(countIn(await many(100, quotas, contacts))).toBe(100);
    });

    it('stand still for all workers until Retry-After has passed, and then do not start all at once', async () => {
      const [one, other] = [open(), open()];
      await one.refused(contacts, 45_000);
      // A later, shorter one does not shorten it.
      await one.refused(contacts, 1_000);
      const waits = waitsIn(await many(12, other, contacts));
      expect(waits).toHaveLength(12);
      for (const wait of waits) expect(wait).toBeGreaterThan(45_000);
      expect(Math.max(...waits) - Math.min(...waits)).toBeGreaterThan(1_000);
      clock += 44_000;
      expect(countIn(await many(3, other, contacts))).toBe(0);
    });
  });

  describe('with live work and a backfill', () => {
    it('keep the places of live work that was asked to come', async () => {
      const quotas = open();
      expect(countIn(await many(3, quotas, media, true))).toBe(3);
      const [wait = 0] = waitsIn(await many(1, quotas));
      expect(slotAt(grid, clock + wait)).toBe(slotAt(grid, clock) + 1);
      toNextWindow();
      // One place of three is kept, in whatever order they come.
      expect(countIn(await many(10, quotas, media, true))).toBe(2);
      expect(countIn(await many(1, quotas))).toBe(1);
      expect(countIn(await many(1, quotas))).toBe(0);
    });

    it('leave nothing to a backfill while live work needs it all', async () => {
      const quotas = open();
      const sent = { live: 0, backfill: 0 };
      for (let turn = 0; turn < 20; turn += 1, toNextWindow()) {
        sent.backfill += countIn(await many(4, quotas, media, true));
        sent.live += countIn(await many(6, quotas));
      }
      // In the very first window no live work was known yet.
      expect(sent).toEqual({ live: 19 * 3, backfill: 3 });
    });

    it('give a backfill all that live work leaves', async () => {
      const quotas = open();
      let sent = 0;
      for (let turn = 0; turn < 20; turn += 1, toNextWindow()) {
        const live = turn % 2 === 0 ? await many(1, quotas) : [];
        sent += countIn(live) + countIn(await many(4, quotas, media, true));
      }
      expect(sent).toBe(20 * 3);
    });

    it('do not let live work wait behind the queue of a backfill', async () => {
      const quotas = open();
      await many(200, quotas, media, true);
      const [wait = 0] = waitsIn(await many(1, quotas));
      expect(wait).toBeLessThan(2 * grid.widthMs);
    });
  });

  it('clear away what has long expired', async () => {
    const timers: (() => void)[] = [];
    const real = globalThis.setTimeout;
    jest.spyOn(globalThis, 'setTimeout').mockImplementation((run: () => void, ms?: number) => {
      if (ms !== 300_000) return real(run, ms);
      timers.push(run);
      return real(() => undefined, 0);
    });
    const quotas = open();
    await many(5, quotas);
    expect(timers).toHaveLength(1);
    const rows = async () => (await environment.query('select key from cxone.quota')).length;
    expect(await rows()).toBeGreaterThan(0);
    clock += 2 * 60 * minuteMs;
    for (const clear of timers.splice(0)) clear();
    for (let look = 0; look < 100 && (await rows()) > 0; look += 1) {
      await new Promise((resolve) => real(resolve, 20));
    }
    expect(await rows()).toBe(0);
  });

  it('go by the clock of the database where no other is given', async () => {
    const pool = openPool();
    const quotas = createQuotas(pool);
    // This machine's clock is a day wrong: the window is still the database's.
    clock += 86_400_000;
    await quotas.admit(media, false);
    const [row] = await environment.query<{ key: string; now: number }>(
      `select key, extract(epoch from now())::float8 * 1000 as now from cxone.quota where key like '%:sent:%'`,
    );
    const window = Number(row?.key.split(':').at(-1));
    expect(Math.abs(window - slotAt(grid, row?.now ?? 0))).toBeLessThanOrEqual(1);
  });

  it('count the waits of an activity and forget them', async () => {
    const pool = openPool();
    const [one, other] = [createQuotaWaits(pool), createQuotaWaits(environment.store.pool)];
    for (let turn = 0; turn < 7; turn += 1) await (turn % 2 === 0 ? one : other).add('run:1');
    expect(await one.count('run:1')).toBe(7);
    expect(await other.count('run:2')).toBe(0);
    await other.forget('run:1');
    expect(await one.count('run:1')).toBe(0);
  });
});
