import type { Reread } from '../../../../store';
import { postgresServers } from '../../../setup/servers';
import { at, batch, contact, openTestEnvironment, type TestEnvironment } from '../test-environment';

describe.each(postgresServers())('rejected records on $label', (server) => {
  let environment: TestEnvironment;
  beforeAll(async () => {
    environment = await openTestEnvironment(server);
  });
  afterEach(() => environment.empty());
  afterAll(() => environment.close());

  const rejected = (n: number, reason = 'contactStartDate is missing or cannot be read') => ({
    reason,
    field: 'contactStartDate',
    raw: JSON.stringify({ contactId: n, fromAddress: '+19995550001' }),
  });
  const keep = (...numbers: readonly number[]) =>
    environment.persist(batch([], { rejected: numbers.map((n) => rejected(n)) }));
  const hashes = async () =>
    (
      await environment.query<{ hash: string }>(
        'select content_hash as hash from cxone.rejected_record order by 1',
      )
    ).map(({ hash }) => hash);
  const readable = (hash: string, row = contact(1)): Reread => ({ hash, ok: true, row, drift: [] });
  const replay = (reread: readonly Reread[], recordings = true) =>
    environment.store.rejected.replay('acme', 'contacts', reread, { recordings });
  const all = { tenant: 'acme', kind: 'contacts' } as const;

  describe('in a list', () => {
    it('show when, how often and why, and nothing of what they say', async () => {
      await keep(1);
      await keep(1);
      const { total, records } = await environment.store.rejected.list({}, 10);
      expect(total).toBe(1);
      expect(records).toEqual([
        {
          tenant: 'acme',
          kind: 'contacts',
          hash: expect.stringMatching(/^[0-9a-f]{64}$/),
          reason: 'contactStartDate is missing or cannot be read',
          field: 'contactStartDate',
          seen: 2,
          firstSeen: expect.any(Date),
          lastSeen: expect.any(Date),
        },
      ]);
    });

    it('are chosen by tenant, kind and part of the reason, and counted beyond the limit', async () => {
      await keep(1, 2, 3);
      await environment.persist(
        batch([], { rejected: [rejected(4, 'nests deeper than 64 levels')] }),
        'other',
      );
      const { rejected: table } = environment.store;
      expect(await table.list({ tenant: 'acme' }, 2)).toMatchObject({ total: 3, records: [{}, {}] });
      expect(await table.list({ reason: 'DEEPER' }, 9)).toMatchObject({
        total: 1,
        records: [{ tenant: 'other' }],
      });
      expect(await table.list({ reason: '100%' }, 9)).toMatchObject({ total: 0, records: [] });
      expect(await table.list({ kind: 'agents' }, 9)).toMatchObject({ total: 0 });
    });
  });

  it('are found by how their hash begins, in their tenant', async () => {
    await keep(1, 2);
    const [hash = ''] = await hashes();
    expect(await environment.store.rejected.find('acme', hash.slice(0, 12))).toMatchObject([
      { hash, raw: expect.stringContaining('+1999555') },
    ]);
    expect(await environment.store.rejected.find('other', hash.slice(0, 12))).toEqual([]);
    expect(await environment.store.rejected.find('acme', '')).toHaveLength(2);
  });

  describe('to be read again', () => {
    it('come in the order of their hashes, none of them twice', async () => {
      await keep(...Array.from({ length: 1_100 }, (_, n) => n + 1));
      const first = await environment.store.rejected.read(all, null);
      const second = await environment.store.rejected.read(all, first.at(-1)?.hash ?? null);
      expect(first).toHaveLength(1_000);
      expect([...first, ...second].map(({ hash }) => hash)).toEqual(await hashes());
    });

    it('come in batches bounded by size, and one at least', async () => {
      const huge = (n: number) => ({
        reason: 'r',
        raw: `{"contactId":${n},"note":"${'x'.repeat(9_000_000)}"}`,
      });
      await environment.persist(batch([], { rejected: [huge(1), huge(2), huge(3)] }));
      const first = await environment.store.rejected.read(all, null);
      expect(first).toHaveLength(2);
      expect(await environment.store.rejected.read(all, first[1]?.hash ?? null)).toHaveLength(1);
    });

    it('may be a single one', async () => {
      await keep(1, 2);
      const [, hash = ''] = await hashes();
      expect(await environment.store.rejected.read({ ...all, hash: hash.slice(0, 10) }, null)).toMatchObject([
        { hash },
      ]);
    });
  });

  describe('replayed', () => {
    it('move to their table, with their recordings to be fetched', async () => {
      await keep(1, 2);
      const [first = '', second = ''] = await hashes();
      expect(await replay([readable(first), readable(second, contact(2, { isLogged: false }))])).toEqual({
        replayed: 2,
        inserted: 2,
        updated: 0,
        stayed: 0,
      });
      expect(await hashes()).toEqual([]);
      expect(
        await environment.query(
          'select master_contact_id::float8 as call, status, priority from cxone.recording order by 1',
        ),
      ).toEqual([
        { call: 693_159_000_001, status: 'pending', priority: 0 },
        { call: 693_159_000_002, status: 'pending', priority: 3 },
      ]);
    });

    it('expect no recordings where the tenant has none', async () => {
      await keep(1);
      await replay([readable((await hashes())[0] ?? '')], false);
      expect(await environment.query('select from cxone.recording')).toHaveLength(0);
    });

    it('do not replace what is newer, and are removed from the list anyway', async () => {
      const note = { lastUpdateTime: at(9_000).toISOString(), dispositionNotes: 'newer' };
      await environment.persist(batch([contact(1, note)], { rejected: [rejected(1)] }));
      const outcome = await replay([readable((await hashes())[0] ?? '')]);
      expect(outcome).toEqual({ replayed: 1, inserted: 0, updated: 0, stayed: 0 });
      expect(await environment.query('select disposition_notes as note from cxone.contact')).toEqual([
        { note: 'newer' },
      ]);
      expect(await hashes()).toEqual([]);
    });

    it.each([
      ['equal stamps', at(600).toISOString()],
      ['no stamps', null],
    ])(
      'give way to what is stored under %s, which may have been read later, and to its mark of absence',
      async (_what, lastUpdateTime) => {
        const stored = contact(1, { lastUpdateTime, dispositionNotes: 'stored' });
        await environment.persist(batch([stored], { rejected: [rejected(1)] }));
        await environment.query('update cxone.contact set absent_since = now()');
        const old = contact(1, { lastUpdateTime, dispositionNotes: 'old' });
        expect(await replay([readable((await hashes())[0] ?? '', old)])).toMatchObject({
          replayed: 1,
          updated: 0,
        });
        const rows = await environment.query(
          'select disposition_notes as note, absent_since is not null as absent from cxone.contact',
        );
        expect(rows).toEqual([{ note: 'stored', absent: true }]);
      },
    );

    it('stay with the reason of today when they still cannot be stored', async () => {
      await keep(1, 2);
      const [first = '', second = ''] = await hashes();
      const unstorable = contact(2, { skillId: 10n ** 30n });
      const outcome = await replay([
        { hash: first, ok: false, reason: 'contactId is odd', field: 'contactId' },
        readable(second, unstorable),
      ]);
      expect(outcome).toEqual({ replayed: 0, inserted: 0, updated: 0, stayed: 2 });
      expect(
        await environment.query('select reason, field from cxone.rejected_record order by content_hash'),
      ).toEqual([
        { reason: 'contactId is odd', field: 'contactId' },
        { reason: 'PostgreSQL cannot hold it (SQLSTATE 22003)', field: null },
      ]);
    });

    it('cost none of their neighbours: what can be stored is', async () => {
      await keep(1, 2, 3);
      const [first = '', second = '', third = ''] = await hashes();
      const outcome = await replay([
        readable(first, contact(1)),
        readable(second, contact(2, { skillId: 10n ** 30n })),
        readable(third, contact(3)),
      ]);
      expect(outcome).toEqual({ replayed: 2, inserted: 2, updated: 0, stayed: 1 });
      expect(await hashes()).toEqual([second]);
    });

    it('of one contact are one row: the newest', async () => {
      await keep(1, 2);
      const [first = '', second = ''] = await hashes();
      const newer = contact(1, { lastUpdateTime: at(9_000).toISOString(), dispositionNotes: 'newer' });
      const outcome = await replay([readable(first, newer), readable(second, contact(1))]);
      expect(outcome).toEqual({ replayed: 2, inserted: 1, updated: 0, stayed: 0 });
      expect(await environment.query('select disposition_notes as note from cxone.contact')).toEqual([
        { note: 'newer' },
      ]);
    });

    it('are all or none when the database gives up', async () => {
      await keep(1);
      const [hash = ''] = await hashes();
      const drift = [{ field: 'f', observedType: null as unknown as string }];
      await expect(replay([{ hash, ok: true, row: contact(1), drift }])).rejects.toMatchObject({
        name: 'StoreError',
      });
      expect(await hashes()).toEqual([hash]);
      expect(await environment.query('select from cxone.contact')).toHaveLength(0);
    });

    it('note new fields, as a page does', async () => {
      await keep(1);
      const drift = [{ field: 'mood', observedType: 'string' }];
      await replay([
        { hash: (await hashes())[0] ?? '', ok: true, row: contact(1, {}, '{"mood":"calm"}'), drift },
      ]);
      expect(await environment.query('select field from cxone.schema_drift')).toEqual([{ field: 'mood' }]);
    });

    it('share a connection with pages of the same table', async () => {
      await keep(1);
      const [hash = ''] = await hashes();
      await Promise.all(Array.from({ length: 12 }, (_, n) => environment.persist(batch([contact(100 + n)]))));
      await replay([readable(hash)]);
      expect(await environment.persist(batch([contact(200)]))).toMatchObject({ inserted: 1 });
    });

    it('go from the kind they are of', async () => {
      const raw = '{"agentId":7}';
      await environment.query(
        `insert into cxone.rejected_record (tenant, kind, content_hash, reason, raw)
         values ('acme', 'agents', 'abcdef', 'r', $1), ('acme', 'contacts', 'abcdef', 'r', $1)`,
        [raw],
      );
      const outcome = await environment.store.rejected.replay(
        'acme',
        'agents',
        [{ hash: 'abcdef', ok: true, row: { values: { agentId: 7 }, extra: null }, drift: [] }],
        { recordings: true },
      );
      expect(outcome).toMatchObject({ replayed: 1, inserted: 1 });
      expect(await environment.query('select kind from cxone.rejected_record')).toEqual([
        { kind: 'contacts' },
      ]);
    });
  });
});
