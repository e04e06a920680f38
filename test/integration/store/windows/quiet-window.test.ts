import { postgresServers } from '../../../setup/servers';
import {
  at,
  batch,
  contact,
  day,
  everything,
  openTestEnvironment,
  someone,
  wholeDay,
  type TestEnvironment,
} from '../test-environment';

const window = { ...wholeDay, by: 'update', from: day, to: at(3_600), unchanged: 3 } as const;

describe.each(postgresServers())('a window that showed nothing new, on $label', (server) => {
  let environment: TestEnvironment;
  beforeAll(async () => {
    environment = await openTestEnvironment(server);
  });
  afterEach(() => environment.empty());
  afterAll(() => environment.close());

  const markAt = (value: Date) => environment.store.watermarks.begin('acme', 'contacts', value);
  const mark = () => environment.store.watermarks.get('acme', 'contacts');
  const lines = () => environment.store.windows.list('acme', day, at(86_400));

  it('has its line in the ledger, complete, and the watermark moves to its end', async () => {
    await markAt(at(1_800));
    expect(await environment.store.windows.closeQuiet(window, someone)).toBe(true);
    expect(await mark()).toEqual(at(3_600));
    expect(await lines()).toMatchObject([
      {
        ...{ from: day, to: at(3_600), by: 'update', status: 'complete', attempt: 1, ...someone },
        ...{ expected: 3, fetched: 3, unchanged: 3, inserted: 0, updated: 0, rejected: 0, pages: 0 },
      },
    ]);
  });

  it.each([
    ['before its start, as the time between is not read', at(-60)],
    ['behind its end', at(3_601)],
  ])('has none, and the mark stays, when that is %s', async (_what, value) => {
    await markAt(value);
    expect(await environment.store.windows.closeQuiet(window, someone)).toBe(false);
    expect([await mark(), await lines()]).toEqual([value, []]);
  });

  it('has none where the mark is of a wider filter than the window', async () => {
    await markAt(at(1_800));
    const adopted = {
      tenant: 'acme',
      stream: 'contacts',
      clock: at(1_800),
      changesForDays: 3,
      lookBackDays: 30,
    };
    await environment.store.filters.adopt({ ...adopted, filter: everything });
    const narrow = { ...window, filter: { ...everything, skillIds: [7] } };
    expect(await environment.store.windows.closeQuiet(narrow, someone)).toBe(false);
    expect(await lines()).toEqual([]);
  });

  it('is closed once, however often it is closed', async () => {
    await markAt(at(1_800));
    await environment.store.windows.closeQuiet(window, someone);
    expect(await environment.store.windows.closeQuiet(window, someone)).toBe(true);
    expect(await lines()).toHaveLength(1);
  });

  it('is one only if its contacts are stored just so, and looking stores nothing', async () => {
    await environment.persist(batch([contact(1), contact(2)]));
    const { contacts } = environment.store;
    expect(await contacts.holds('acme', [contact(1), contact(2)])).toBe(true);
    const newer = contact(2, { lastUpdateTime: at(9_999).toISOString() });
    // Not every change moves the stamp.
    const different = contact(2, { isLogged: false });
    const unstorable = contact(2, { lastUpdateTime: 'no time' });
    for (const row of [contact(3), newer, different, unstorable])
      expect(await contacts.holds('acme', [contact(1), row])).toBe(false);
    expect(await contacts.holds('globex', [contact(1)])).toBe(false);
    expect(await contacts.holds('acme', [contact(1), contact(2)])).toBe(true);
    expect(await environment.query('select contact_id from cxone.contact')).toHaveLength(2);
  });
});
