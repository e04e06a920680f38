import { postgresServers } from '../../../setup/servers';
import {
  at,
  batch,
  contact,
  day,
  everything,
  openTestEnvironment,
  type TestEnvironment,
} from '../test-environment';

const id = (n: number) => `${693_159_000_000 + n}`;
const span = { tenant: 'acme', from: day, to: at(86_400), filter: everything };

describe.each(postgresServers())('what is held, on $label', (server) => {
  let environment: TestEnvironment;
  beforeAll(async () => {
    environment = await openTestEnvironment(server);
  });
  afterEach(() => environment.empty());
  afterAll(() => environment.close());

  const raw = (n: number, more: object = {}) =>
    JSON.stringify({ contactId: Number(id(n)), contactStartDate: at(n).toISOString(), ...more });

  describe('contacts', () => {
    it('are those of the span, its end excluded, of the tenant', async () => {
      await environment.persist(batch([contact(-1), contact(0), contact(86_399), contact(86_400)]));
      await environment.persist(batch([contact(5)]), 'other');
      const held = await environment.store.holdings.contacts(span);
      expect([...held.keys()].sort()).toEqual([id(0), id(86_399)]);
      expect(await environment.store.holdings.counts(span)).toEqual({ stored: 2, absent: 0, rejected: 0 });
    });

    it('give their change stamp to the millisecond, and whether they are marked absent', async () => {
      const late = '2026-07-20T00:10:00.123987Z';
      await environment.persist(
        batch([
          contact(1, { lastUpdateTime: late }),
          contact(2, { lastUpdateTime: null }),
          contact(3, { contactId: 9_223_372_036_854_775_807n }),
        ]),
      );
      await environment.query('update cxone.contact set absent_since = now() where contact_id = $1', [id(2)]);
      const held = await environment.store.holdings.contacts(span);
      expect(held.get(id(1))).toEqual({ updatedAt: Date.parse('2026-07-20T00:10:00.123Z'), absent: false });
      expect(held.get(id(2))).toEqual({ updatedAt: null, absent: true });
      expect(held.has('9223372036854775807')).toBe(true);
      expect(await environment.store.holdings.counts(span)).toMatchObject({ stored: 2, absent: 1 });
    });

    it('are those that match the filter', async () => {
      await environment.persist(
        batch([
          contact(1, { skillId: 4, mediaTypeId: 4 }),
          contact(2, { skillId: 5, mediaTypeId: 4 }),
          contact(3, { skillId: 5, mediaTypeId: 3 }),
          contact(4),
        ]),
      );
      const filter = { skillIds: [5, 6], campaignIds: [], mediaTypeIds: [4] };
      expect([...(await environment.store.holdings.contacts({ ...span, filter })).keys()]).toEqual([id(2)]);
      expect(await environment.store.holdings.counts({ ...span, filter })).toMatchObject({ stored: 1 });
    });

    it('are found by the index over starts, among many', async () => {
      await environment.query(
        `insert into cxone.contact (tenant, contact_id, contact_start_date)
         select 'acme', n, timestamptz '2020-01-01Z' + n * interval '10 minutes' from generate_series(1, 50000) as n`,
      );
      await environment.query('analyze cxone.contact');
      const plan = await environment.query<{ 'QUERY PLAN': string }>(
        `explain select count(*) from cxone.contact c
         where c.tenant = 'acme' and ('{}'::bigint[] = '{}' or c.skill_id = any ('{}'))
           and c.contact_start_date >= '2020-03-01Z' and c.contact_start_date < '2020-03-02Z'`,
      );
      expect(plan.map((row) => row['QUERY PLAN']).join('\n')).toContain('contact_by_start');
    });
  });

  describe('rejected contacts', () => {
    const rejected = (n: number, field: string | undefined, more: object = {}) => ({
      reason: `${field} is missing or cannot be read`,
      raw: raw(n, more),
      ...(field === undefined ? {} : { field }),
    });

    it('count on the day of their start, once for each contact, and not when it was stored since', async () => {
      await environment.persist(
        batch([contact(3)], {
          rejected: [
            rejected(1, undefined),
            rejected(1, undefined, { changed: true }),
            rejected(2, 'contactId', { contactId: null }),
            rejected(3, undefined),
            rejected(86_400, undefined),
            rejected(4, 'contactStartDate', { contactStartDate: 'yesterday' }),
          ],
        }),
      );
      expect(await environment.store.holdings.counts(span)).toEqual({ stored: 1, absent: 0, rejected: 2 });
    });

    it('are found by id, and without an id by their start', async () => {
      await environment.persist(
        batch([], {
          rejected: [
            rejected(1, 'contactStartDate', { contactStartDate: 'yesterday' }),
            rejected(2, 'contactId', { contactId: null, tags: [{ contactId: 77 }] }),
            rejected(3, 'contactId', { contactId: null, contactStartDate: null }),
            rejected(4, undefined),
          ],
        }),
      );
      const { holdings } = environment.store;
      expect(await holdings.rejected('acme', [id(1), id(9)], [])).toEqual([
        { id: id(1), start: 'yesterday', field: 'contactStartDate' },
      ]);
      expect(await holdings.rejected('acme', [], [at(2).toISOString()])).toEqual([
        { id: null, start: at(2).toISOString(), field: 'contactId' },
      ]);
      expect(await holdings.rejected('acme', [], [null])).toEqual([
        { id: null, start: null, field: 'contactId' },
      ]);
      expect(await holdings.rejected('other', [id(1)], [null, at(2).toISOString()])).toEqual([]);
      expect(await holdings.rejected('acme', [], [])).toEqual([]);
    });

    it('of other kinds are none', async () => {
      await environment.query(
        `insert into cxone.rejected_record (tenant, kind, content_hash, reason, raw)
         values ('acme', 'agents', 'x', 'r', $1)`,
        [raw(1)],
      );
      expect(await environment.store.holdings.counts(span)).toMatchObject({ rejected: 0 });
      expect(await environment.store.holdings.rejected('acme', [id(1)], [])).toEqual([]);
    });
  });

  describe('stored recordings', () => {
    const file = (segmentId: string) => ({
      segmentId,
      storageKey: `acme/${segmentId}.mp4`,
      bytes: 10,
      sha256: 'b'.repeat(64),
    });
    const master = (n: number) => Number(id(n));

    it('come page by page in key order, each once, with what they must be', async () => {
      await environment.persist(
        batch([contact(1), contact(2, { masterContactId: master(1) }), contact(3), contact(4)]),
      );
      const { recordings, holdings } = environment.store;
      for (const segment of ['s2', 's1']) await recordings.stored('acme', id(1), file(segment));
      await recordings.stored('acme', id(3), file('s3'));
      await recordings.absent('acme', id(4), 'NotFound');
      const first = await holdings.files(span, day, null, 2);
      expect(first.map(({ segmentId }) => segmentId)).toEqual(['s1', 's2']);
      expect(first[0]).toEqual({ masterContactId: id(1), ...file('s1') });
      const rest = await holdings.files(span, day, first.at(-1) ?? null, 2);
      expect(rest.map(({ segmentId }) => segmentId)).toEqual(['s3']);
    });

    it('of a call that reaches into the next span belong to the first', async () => {
      await environment.persist(
        batch([contact(86_399), contact(86_401, { masterContactId: master(86_399) })]),
      );
      await environment.store.recordings.stored('acme', id(86_399), file('s'));
      const next = { ...span, from: span.to, to: at(2 * 86_400) };
      expect(await environment.store.holdings.files(span, day, null, 10)).toHaveLength(1);
      expect(await environment.store.holdings.files(next, day, null, 10)).toHaveLength(0);
      // Asked for alone, the next span has no other before it.
      expect(await environment.store.holdings.files(next, next.from, null, 10)).toHaveLength(1);
    });

    it('that are set back are pending, due at once, and reported the next time they are stored', async () => {
      const { recordings } = environment.store;
      await environment.persist(batch([contact(1)]));
      await recordings.stored('acme', id(1), file('s1'));
      await recordings.settled('acme', id(1));
      const { windowId, attempt } = await environment.claim();
      expect(await recordings.due({ windowId, attempt }, { after: null, limit: 10, now: day })).toEqual([]);
      expect(await recordings.refetch('acme', id(1), 's1', 'RecordingMissing')).toBe(true);
      expect(await recordings.refetch('acme', id(1), 's1', 'RecordingMissing')).toBe(false);
      expect(await recordings.refetch('other', id(1), 's1', 'RecordingMissing')).toBe(false);
      expect(await recordings.due({ windowId, attempt }, { after: null, limit: 10, now: day })).toEqual([
        id(1),
      ]);
      expect(await recordings.known('acme', id(1))).toMatchObject([
        { status: 'pending', segmentId: 's1', lastErrorCode: 'RecordingMissing', storageKey: 'acme/s1.mp4' },
      ]);
      await recordings.stored('acme', id(1), { ...file('s1'), bytes: 12 });
      expect(await recordings.known('acme', id(1))).toMatchObject([
        { status: 'stored', bytes: 12, lastErrorCode: null },
      ]);
    });
  });
});
