import { readLookup } from '../../../../cxone';
import { toBatch } from '../../../../activities/batch';
import type { Batch, LookupName, Row } from '../../../../store/ingest/batch';
import { lookupTables } from '../../../../store/tables/lookup-columns';
import { snakeCase } from '../../../../store/ingest/columns';
import { postgresServers } from '../../../setup/servers';
import { at, batch, day, openTestEnvironment, type TestEnvironment, wholeDay } from '../test-environment';

const lists = Object.keys(lookupTables) as LookupName[];
const long = (hours: number) => new Date(Date.now() + hours * 3_600_000);
const stale = () => long(-24);
const anHourAgo = () => long(-1);

describe.each(postgresServers())('reference data on $label', (server) => {
  let environment: TestEnvironment;
  let pages = 0;
  beforeAll(async () => {
    environment = await openTestEnvironment(server);
  });
  afterEach(() => environment.empty());
  afterAll(() => environment.close());

  /** A row of any list: each has a field for its id, its name and its stamp. */
  function row(list: LookupName, id: number, more: { name?: string; stamp?: Date | null } = {}): Row {
    const stamp = more.stamp === undefined ? day : more.stamp;
    const noun = lookupTables[list].name;
    return {
      values: {
        [`${noun}Id`]: id,
        [`${noun}Name`]: more.name ?? `${noun} ${id}`,
        [list === 'dispositions' ? 'lastUpdated' : 'lastUpdateTime']: stamp?.toISOString() ?? null,
      },
      extra: null,
    };
  }

  async function persist(
    list: LookupName,
    content: Batch,
    { total, round = 1, last = true }: { total?: number | null; round?: number; last?: boolean } = {},
  ) {
    const pageId = await environment.land(`page-${(pages += 1)}`, { kind: list, round });
    const end = last ? { totalRecords: total ?? null } : undefined;
    return environment.store.lookups.persistPage({ list, pageId, tenant: 'acme' }, content, end);
  }

  const held = (list: LookupName) => {
    const { name, key } = lookupTables[list];
    return environment.query<{ id: number; name: string; gone: boolean }>(
      `select ${key}::int as id, ${name}_name as name, absent_since is not null as gone from cxone.${name} order by 1`,
    );
  };

  describe.each(lists)('%s', (list) => {
    it('are stored like contacts: inserted, left alone, updated', async () => {
      const { name } = lookupTables[list];
      expect(await persist(list, batch([row(list, 1), row(list, 2)]))).toMatchObject({
        inserted: 2,
        problem: null,
      });
      const again = batch([row(list, 1), row(list, 2, { name: 'other', stamp: at(1) })]);
      expect(await persist(list, again, { round: 2 })).toMatchObject({ updated: 1, unchanged: 1 });
      expect(await held(list)).toEqual([
        { id: 1, name: `${name} 1`, gone: false },
        { id: 2, name: 'other', gone: false },
      ]);
    });

    it('have a column for every field, of its type', async () => {
      const { name, columns } = lookupTables[list];
      const examples = { bigint: 7, boolean: true, text: 'x', timestamptz: day.toISOString() };
      const values = Object.fromEntries(
        columns.map(({ field, type }) => [field, examples[type as keyof typeof examples]]),
      );
      await persist(list, batch([{ values, extra: '{"more":1}' }]));
      const [stored] = await environment.query(`select * from cxone.${name}`);
      for (const field of Object.keys(values))
        expect([field, stored?.[snakeCase(field)]]).not.toContain(null);
      expect(stored).toMatchObject({ extra: { more: 1 } });
    });

    it('that a full list no longer returns are marked, and unmarked when they are back', async () => {
      const { key, name } = lookupTables[list];
      await persist(list, batch([1, 2, 3].map((id) => row(list, id))), { total: 3 });
      await persist(list, batch([row(list, 1), row(list, 3)]), { total: 2, round: 2 });
      expect((await held(list)).map(({ gone }) => gone)).toEqual([false, true, false]);
      const since = await environment.query(`select absent_since from cxone.${name} where ${key} = 2`);
      await persist(list, batch([row(list, 1), row(list, 3)]), { total: 2, round: 3 });
      expect(await environment.query(`select absent_since from cxone.${name} where ${key} = 2`)).toEqual(
        since,
      );
      // Back with an older stamp, which the upsert alone would ignore.
      await persist(list, batch([1, 2, 3].map((id) => row(list, id, { stamp: null }))), { round: 4 });
      expect((await held(list)).map(({ gone }) => gone)).toEqual([false, false, false]);
    });

    it('are rejected, and drift, under their own kind', async () => {
      const content = toBatch(
        [{ name: 'no id' }, { [`${lookupTables[list].name}Id`]: 5, brandNew: 1 }, 'text', null].map(
          readLookup[list],
        ),
      );
      expect(await persist(list, content)).toMatchObject({ inserted: 1, rejected: 3 });
      expect(await environment.query('select distinct kind from cxone.rejected_record')).toEqual([
        { kind: list },
      ]);
      expect(await environment.query('select kind, field from cxone.schema_drift')).toEqual([
        { kind: list, field: 'brandNew' },
      ]);
    });
  });

  describe('what is gone', () => {
    beforeEach(() => persist('teams', batch([1, 2, 3].map((id) => row('teams', id))), { total: 3 }));
    const gone = async () => (await held('teams')).filter((one) => one.gone).map(({ id }) => id);

    it('is known from all pages of a reading together', async () => {
      await persist('teams', batch([row('teams', 1)]), { round: 2, last: false });
      expect(await gone()).toEqual([]);
      await persist('teams', batch([row('teams', 3)]), { round: 2, total: 2 });
      expect(await gone()).toEqual([2]);
    });

    it('is everything when the list is empty', async () => {
      await persist('teams', batch([]), { round: 2 });
      expect(await gone()).toEqual([1, 2, 3]);
    });

    it('is not known from a reading that came short of the total: that is a problem, and the list stays due', async () => {
      expect(await persist('teams', batch([row('teams', 1)]), { round: 2, total: 3 })).toMatchObject({
        problem: 'CountMismatch',
      });
      expect(await gone()).toEqual([]);
      const [kept] = await environment.query(
        "select error_code, failed_at is not null as failed from cxone.lookup_list where list = 'teams'",
      );
      expect(kept).toEqual({ error_code: 'CountMismatch', failed: true });
    });

    it('is not known where a record was rejected, which may be that of a row we hold', async () => {
      const rejected = [{ reason: 'no id', raw: '{"teamName":"team 2"}' }];
      expect(
        await persist('teams', batch([row('teams', 1)], { rejected }), { round: 2, total: 2 }),
      ).toMatchObject({
        problem: null,
      });
      expect(await gone()).toEqual([]);
    });

    it('is of one tenant', async () => {
      const pageId = await environment.land('other', { kind: 'teams', tenant: 'other' });
      await environment.store.lookups.persistPage({ list: 'teams', pageId, tenant: 'other' }, batch([]), {
        totalRecords: 0,
      });
      expect(await gone()).toEqual([]);
    });

    it('is reported again by a page that was stored before, and changes nothing', async () => {
      const pageId = await environment.land('twice', { kind: 'teams', round: 2 });
      const store = () =>
        environment.store.lookups.persistPage(
          { list: 'teams', pageId, tenant: 'acme' },
          batch([row('teams', 1)]),
          {
            totalRecords: 3,
          },
        );
      const first = await store();
      expect(first.problem).toBe('CountMismatch');
      expect(await store()).toEqual(first);
    });
  });

  describe('the claim', () => {
    const claim = (windowId: string, staleBefore = stale(), failedBefore = anHourAgo()) =>
      environment.store.lookups.claim('acme', windowId, staleBefore, failedBefore);

    it('is of all lists at first, and of one window at a time', async () => {
      expect(await claim('1')).toEqual({ due: lists, failed: [] });
      expect(await claim('2')).toEqual({ due: [], failed: [] });
      expect((await claim('1')).due).toEqual(lists);
    });

    it('is of exactly one of many windows that ask at once', async () => {
      const claims = await Promise.all(Array.from({ length: 8 }, (_, n) => claim(String(n + 1))));
      for (const list of lists) expect(claims.filter(({ due }) => due.includes(list))).toHaveLength(1);
    });

    it('passes on when its window has not come back for a quarter of an hour', async () => {
      await claim('1');
      await environment.query("update cxone.lookup_list set claimed_at = now() - interval '16 minutes'");
      expect((await claim('2')).due).toEqual(lists);
    });

    it('is not of what was read since, until it grows stale', async () => {
      await claim('1');
      await persist('skills', batch([row('skills', 1)]), { total: 1 });
      expect((await claim('1')).due).toEqual(lists.filter((list) => list !== 'skills'));
      await environment.query("update cxone.lookup_list set claimed_at = now() - interval '1 day'");
      expect((await claim('2', long(1))).due).toContain('skills');
    });

    it('leaves a list alone that failed, and says why, except for the window that met the failure', async () => {
      await claim('1');
      await environment.store.lookups.noteFailure('acme', 'skills', 'LookupsForbidden');
      await environment.query("update cxone.lookup_list set claimed_at = now() - interval '16 minutes'");
      const others = await claim('2');
      expect(others.due).not.toContain('skills');
      expect(others.failed).toEqual([{ list: 'skills', code: 'LookupsForbidden' }]);
      expect((await claim('1')).due).toEqual(['skills']);
      await environment.query("update cxone.lookup_list set claimed_at = now() - interval '16 minutes'");
      expect((await claim('3', stale(), long(1))).due).toContain('skills');
    });

    it('forgets a failure once the list was read', async () => {
      await environment.store.lookups.noteFailure('acme', 'skills', 'LookupsForbidden');
      await persist('skills', batch([row('skills', 1)]), { total: 1 });
      expect((await claim('9')).failed).toEqual([]);
    });

    it('is of one tenant', async () => {
      await claim('1');
      expect((await environment.store.lookups.claim('other', '2', stale(), anHourAgo())).due).toEqual(lists);
    });
  });

  it('count for no window: neither as its contacts nor as its pages', async () => {
    const { windowId, attempt } = await environment.claim(wholeDay);
    await persist('skills', batch([row('skills', 1)]), { total: 1 });
    expect(await environment.store.windows.tally(windowId, attempt, 1)).toMatchObject({
      fetched: 0,
      pages: 0,
    });
  });
});
