import { postgresServers } from '../../../setup/servers';
import { at, batch, contact, openTestEnvironment, type TestEnvironment } from '../test-environment';

describe.each(postgresServers())('contacts on $label', (server) => {
  let environment: TestEnvironment;
  beforeAll(async () => {
    environment = await openTestEnvironment(server);
  });
  afterEach(() => environment.empty());
  afterAll(() => environment.close());

  const note = async () =>
    (await environment.query('select disposition_notes as note from cxone.contact'))[0]?.['note'];

  it('keep every value as it came', async () => {
    const tags = '[{"contactId":1,"tagId":2,"tagName":"Täg"}]';
    await environment.persist(
      batch([
        contact(
          1,
          {
            contactId: 9_223_372_036_854_775_807n,
            dispositionNotes: 'Tab\tline\nback\\slash 😀 \\N',
            agentSeconds: 180.4,
            isOutbound: false,
            lastUpdateTime: '2026-07-20T00:10:00.123456Z',
            tags,
          },
          '{"newField":{"deep":12345678901234567890}}',
        ),
      ]),
    );
    const [row] = await environment.query(
      `select *, extra::text as extra_text, extract(microseconds from last_update_time)::int as micros from cxone.contact`,
    );
    expect(row).toMatchObject({
      tenant: 'acme',
      contact_id: '9223372036854775807',
      disposition_notes: 'Tab\tline\nback\\slash 😀 \\N',
      agent_seconds: 180.4,
      is_outbound: false,
      contact_start_date: at(1),
      micros: 123_456,
      tags: JSON.parse(tags),
      extra_text: '{"newField": {"deep": 12345678901234567890}}',
      sanitised: null,
      skill_id: null,
      absent_since: null,
    });
  });

  it('are inserted once, left alone when nothing changed, updated when newer', async () => {
    expect(await environment.persist(batch([contact(1), contact(2)]))).toEqual({
      inserted: 2,
      updated: 0,
      unchanged: 0,
      rejected: 0,
    });
    const before = await environment.query(
      'select ctid, xmin, synced_at from cxone.contact order by contact_id',
    );
    expect(await environment.persist(batch([contact(1), contact(2)]))).toMatchObject({
      inserted: 0,
      updated: 0,
      unchanged: 2,
    });
    expect(
      await environment.query('select ctid, xmin, synced_at from cxone.contact order by contact_id'),
    ).toEqual(before);
    const newer = contact(1, { lastUpdateTime: at(9000).toISOString(), dispositionNotes: 'later' });
    expect(await environment.persist(batch([newer, contact(2)]))).toMatchObject({
      inserted: 0,
      updated: 1,
      unchanged: 1,
    });
  });

  it('do not go back to an older state', async () => {
    await environment.persist(
      batch([contact(1, { lastUpdateTime: at(9000).toISOString(), dispositionNotes: 'new' })]),
    );
    expect(await environment.persist(batch([contact(1, { dispositionNotes: 'old' })]))).toMatchObject({
      unchanged: 1,
    });
    await environment.persist(
      batch([contact(1, { lastUpdateTime: null, dispositionNotes: 'without stamp' })]),
    );
    expect(await note()).toBe('new');
  });

  it('change under an equal stamp, or none at all, too: not every change moves it', async () => {
    await environment.persist(batch([contact(1)]));
    expect(await environment.persist(batch([contact(1, {}, '{"new":1}')]))).toMatchObject({ updated: 1 });
    await environment.persist(batch([contact(2, { lastUpdateTime: null })]));
    expect(
      await environment.persist(batch([contact(2, { lastUpdateTime: null, skillId: 4 })])),
    ).toMatchObject({
      updated: 1,
    });
  });

  it('of one page with the same id count once: the newest wins, among equals the last', async () => {
    const late = at(9000).toISOString();
    const rows = [
      contact(1, { lastUpdateTime: late, dispositionNotes: 'first of the newest' }),
      contact(1, { lastUpdateTime: late, dispositionNotes: 'last of the newest' }),
      contact(1, { dispositionNotes: 'older' }),
      contact(1, { lastUpdateTime: null, dispositionNotes: 'without stamp' }),
    ];
    expect(await environment.persist(batch(rows))).toEqual({
      inserted: 1,
      updated: 0,
      unchanged: 0,
      rejected: 0,
    });
    expect(await note()).toBe('last of the newest');
  });

  it('that had been marked absent are present again when they come again', async () => {
    await environment.persist(batch([contact(1)]));
    await environment.query('update cxone.contact set absent_since = now()');
    expect(await environment.persist(batch([contact(1)]))).toMatchObject({ updated: 1 });
    expect(await environment.query('select from cxone.contact where absent_since is not null')).toHaveLength(
      0,
    );
  });

  it('of two tenants with the same id are two', async () => {
    await environment.persist(batch([contact(1)]));
    expect(await environment.persist(batch([contact(1)]), 'other')).toMatchObject({ inserted: 1 });
  });

  it('keep what PostgreSQL can hold of odd text, and say where it could not', async () => {
    const odd = contact(
      1,
      { dispositionNotes: 'a\0b', endReason: 'half \ud83d', skillName: 'fine 😀' },
      String.raw`{"newText":"\u0000","fine":"\\u0000 \ud83d\ude00"}`,
    );
    expect(await environment.persist(batch([odd]))).toMatchObject({ inserted: 1, rejected: 0 });
    const [row] = await environment.query(
      'select disposition_notes, end_reason, skill_name, extra, sanitised from cxone.contact',
    );
    expect(row).toMatchObject({
      disposition_notes: 'a\ufffdb',
      end_reason: 'half \ufffd',
      skill_name: 'fine 😀',
      extra: { newText: '\ufffd', fine: '\\u0000 😀' },
    });
    expect(row?.['sanitised']).toHaveLength(3);
    expect(row?.['sanitised']).toEqual(expect.arrayContaining(['dispositionNotes', 'endReason', 'newText']));
    expect(await environment.persist(batch([odd]))).toMatchObject({ unchanged: 1 });
  });

  it('that PostgreSQL does not take are kept as rejected, and cost none of their neighbours', async () => {
    const rows = Array.from({ length: 40 }, (_, n) => contact(n));
    rows[7] = contact(7, { skillId: 10n ** 30n });
    rows[8] = contact(8, { contactStartDate: '+275760-09-13T00:00:00.000Z' });
    rows[29] = contact(29, { tags: '[1' }, '{"id":123456789012345678901}');
    rows[39] = contact(39, { holdCount: 1.5 });
    expect(await environment.persist(batch(rows))).toEqual({
      inserted: 36,
      updated: 0,
      unchanged: 0,
      rejected: 4,
    });
    const kept = await environment.query<{ reason: string; raw: string }>(
      'select reason, raw from cxone.rejected_record',
    );
    expect(kept.map(({ reason }) => reason).sort()).toEqual([
      'PostgreSQL cannot hold it (SQLSTATE 22003)',
      'PostgreSQL cannot hold it (SQLSTATE 22009)',
      'PostgreSQL cannot hold it (SQLSTATE 22P02)',
      'PostgreSQL cannot hold it (SQLSTATE 22P02)',
    ]);
    expect(kept.find(({ raw }) => raw.includes('693159000029'))?.raw).toContain('"id":123456789012345678901');
  });

  it.each([
    ['nested deeper than PostgreSQL can read', `{"deep":${'['.repeat(200_000)}${']'.repeat(200_000)}}`],
    ['with a number larger than PostgreSQL can hold', '{"huge":1e200000}'],
    ['that are no JSON', '{"half":'],
  ])('with unknown fields %s are kept as rejected', async (_, extra) => {
    expect(await environment.persist(batch([contact(1, {}, extra), contact(2)]))).toMatchObject({
      inserted: 1,
      rejected: 1,
    });
  });

  it('are stored even when the first row of a very large page is the bad one', async () => {
    // PostgreSQL reports the error while most of the page is still on its way.
    const dispositionNotes = 'x'.repeat(20_000);
    const rows = Array.from({ length: 500 }, (_, n) => contact(n, { dispositionNotes }));
    rows[0] = contact(0, { dispositionNotes, holdCount: 0.5 });
    expect(await environment.persist(batch(rows))).toMatchObject({ inserted: 499, rejected: 1 });
    expect(await environment.persist(batch([contact(1, { dispositionNotes })]))).toMatchObject({
      unchanged: 1,
    });
  });

  it('refuse a field that has no column rather than drop it', async () => {
    await expect(environment.persist(batch([contact(1, { brandNew: 1 })]))).rejects.toThrow(
      'no column for field brandNew',
    );
  });

  describe('rejected records', () => {
    const raw = String.raw`{"contactId":"x","notes":"a\u0000b"}`;

    it('are kept once however often they come, and counted', async () => {
      const one = { reason: 'contactId is not a number', field: 'contactId', raw };
      expect(
        await environment.persist(batch([], { rejected: [one, one, { ...one, raw: '{}' }] })),
      ).toMatchObject({
        rejected: 3,
      });
      expect(await environment.persist(batch([], { rejected: [one] }))).toMatchObject({ rejected: 1 });
      expect(
        await environment.query(
          'select kind, reason, field, raw, seen from cxone.rejected_record where raw = $1',
          [raw],
        ),
      ).toEqual([{ kind: 'contacts', reason: one.reason, field: 'contactId', raw, seen: 2 }]);
    });

    it('parse to what came, even when PostgreSQL cannot hold their characters', async () => {
      await environment.persist(
        batch([], { rejected: [{ reason: 'odd\0', raw: '{"notes":"a\0b\ud800"}' }] }),
      );
      const [kept] = await environment.query<{ raw: string }>('select raw from cxone.rejected_record');
      expect(JSON.parse(kept?.raw ?? '')).toEqual({ notes: 'a\0b\ud800' });
    });
  });

  it('note fields that are new, once each', async () => {
    const drift = [
      { field: 'sentiment', observedType: 'string' },
      { field: 'sentiment', observedType: 'number' },
      { field: 'sentiment', observedType: 'string' },
    ];
    await environment.persist(batch([], { drift }));
    await environment.persist(batch([], { drift }));
    expect(
      await environment.query('select kind, field, observed_type from cxone.schema_drift order by 3'),
    ).toEqual([
      { kind: 'contacts', field: 'sentiment', observed_type: 'number' },
      { kind: 'contacts', field: 'sentiment', observed_type: 'string' },
    ]);
  });

  describe('a landed page', () => {
    it('is stored once: again, it answers what it answered and changes nothing', async () => {
      const pageId = await environment.land('once');
      const { contacts } = environment.store;
      const first = await contacts.persistPage(pageId, 'acme', batch([contact(1), contact(2)]), {
        recordings: true,
      });
      await environment.query('delete from cxone.contact');
      const again = await contacts.persistPage(pageId, 'acme', batch([contact(1), contact(2)]), {
        recordings: true,
      });
      expect(again).toEqual(first);
      expect(await environment.query('select from cxone.contact')).toHaveLength(0);
    });

    it('stored twice at the same time is stored once', async () => {
      const pageId = await environment.land('race');
      const store = () =>
        environment.store.contacts.persistPage(pageId, 'acme', batch([contact(1)]), { recordings: true });
      const outcomes = await Promise.all([store(), store(), store(), store()]);
      expect(outcomes).toEqual(outcomes.map(() => ({ inserted: 1, updated: 0, unchanged: 0, rejected: 0 })));
    });

    it('remembers which contacts were in it', async () => {
      const pageId = await environment.land('ids');
      const contents = batch([contact(2), contact(1), contact(2)], {
        rejected: [{ reason: 'r', raw: '{}' }],
      });
      await environment.store.contacts.persistPage(pageId, 'acme', contents, { recordings: false });
      expect(
        await environment.query(
          'select record_ids, cardinality(rejected_hashes) as hashes from cxone.landing_page',
        ),
      ).toEqual([{ record_ids: ['693159000001', '693159000002'], hashes: 1 }]);
    });

    it('of another tenant or kind, or pruned, is refused', async () => {
      const { contacts, agents } = environment.store;
      const pageId = await environment.land('mine');
      const missing = { code: 'PageMissing', retryable: false };
      await expect(
        contacts.persistPage(pageId, 'other', batch([]), { recordings: true }),
      ).rejects.toMatchObject(missing);
      await expect(agents.persistPage(pageId, 'acme', batch([]), {})).rejects.toMatchObject(missing);
      await expect(
        contacts.persistPage('999999', 'acme', batch([]), { recordings: true }),
      ).rejects.toMatchObject(missing);
    });

    it('whose transaction fails leaves nothing, and is stored the next time', async () => {
      const pageId = await environment.land('retry');
      await environment.query(
        'alter table cxone.recording add constraint stop check (master_contact_id < 0) not valid',
      );
      const store = () =>
        environment.store.contacts.persistPage(pageId, 'acme', batch([contact(1)]), { recordings: true });
      await expect(store()).rejects.toMatchObject({ code: 'DatabaseError', sqlState: '23514' });
      expect(await environment.query('select from cxone.contact')).toHaveLength(0);
      await environment.query('alter table cxone.recording drop constraint stop');
      expect(await store()).toMatchObject({ inserted: 1 });
    });
  });
});
