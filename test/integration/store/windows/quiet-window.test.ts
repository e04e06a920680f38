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

const window = {
  ...wholeDay,
  by: 'update',
  from: day,
  to: at(3_600),
  unchanged: 3,
  refreshHours: 24,
} as const;
const options = { recordings: true };

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
  const close = (changes: object = {}) =>
    environment.store.windows.closeQuiet({ ...window, ...changes }, someone);
  /** A window by update that was read in full and began that number of seconds before the quiet one. */
  async function readInFull(secondsBefore: number): Promise<void> {
    const { windows } = environment.store;
    const key = { ...wholeDay, by: 'update' as const, from: at(-secondsBefore), to: day };
    const { windowId, attempt } = await environment.claim(key);
    await windows.close(windowId, attempt, { status: 'complete', expected: 0, absent: 0, round: 0 });
  }

  it('has its line in the ledger, complete, and the watermark moves to its end', async () => {
    await readInFull(3_600);
    await markAt(at(1_800));
    expect(await close()).toBe(true);
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
    ['at its end', at(3_600)],
    ['behind its end', at(3_601)],
  ])('has none, and the mark stays, when that is %s', async (_what, value) => {
    await readInFull(3_600);
    await markAt(value);
    expect(await close()).toBe(false);
    expect([await mark(), await lines()]).toEqual([value, []]);
  });

  it('has none where the mark is of a wider filter than the window', async () => {
    await readInFull(3_600);
    await markAt(at(1_800));
    const adopted = {
      tenant: 'acme',
      stream: 'contacts',
      clock: at(1_800),
      changesForDays: 3,
      lookBackDays: 30,
    };
    await environment.store.filters.adopt({ ...adopted, filter: everything });
    expect(await close({ filter: { ...everything, skillIds: [7] } })).toBe(false);
    expect(await lines()).toEqual([]);
  });

  it('has none where no window by update was read in full for too long: agents and reference data are due', async () => {
    await readInFull(3_601);
    await markAt(at(1_800));
    expect(await close({ refreshHours: 1 })).toBe(false);
    expect([await mark(), await lines()]).toEqual([at(1_800), []]);
    await readInFull(3_599);
    expect(await close({ refreshHours: 1 })).toBe(true);
    // Quiet windows do not count for that.
    expect(await close({ from: at(3_300), to: at(7_200), refreshHours: 1 })).toBe(false);
  });

  it('leaves a line that is there already to the run of that window', async () => {
    await readInFull(3_600);
    await markAt(at(1_800));
    await environment.claim({ ...wholeDay, by: 'update', to: window.to });
    expect(await close()).toBe(false);
    expect(await lines()).toMatchObject([{ status: 'running', fetched: null }]);
  });

  it('is none while a call of its contacts is still to be asked about', async () => {
    const calls = batch([contact(1, { mediaTypeId: 4 })]);
    const { contacts, landing } = environment.store;
    const { windowId, attempt } = await environment.claim(wholeDay);
    const place = { windowId, attempt, round: 1, kind: 'contacts', slice: 'calls', tenant: 'acme' } as const;
    const { pageId } = await landing.land({ ...place, body: Buffer.from('{}'), records: 1, meta: {} });
    await contacts.persistPage(pageId, 'acme', calls, { recordings: false });
    expect(await contacts.holds('acme', calls.rows, { recordings: false })).toBe(true);
    expect(await contacts.holds('acme', calls.rows, options)).toBe(false);
    expect(await environment.query('select from cxone.recording')).toEqual([]);
  });

  it('is one only if its contacts are stored just so, and looking stores nothing', async () => {
    await environment.persist(batch([contact(1), contact(2)]));
    const { contacts } = environment.store;
    expect(await contacts.holds('acme', [contact(1), contact(2)], options)).toBe(true);
    const newer = contact(2, { lastUpdateTime: at(9_999).toISOString() });
    // Not every change moves the stamp.
    const different = contact(2, { isLogged: false });
    const unstorable = contact(2, { lastUpdateTime: 'no time' });
    for (const row of [contact(3), newer, different, unstorable])
      expect(await contacts.holds('acme', [contact(1), row], options)).toBe(false);
    expect(await contacts.holds('globex', [contact(1)], options)).toBe(false);
    expect(await contacts.holds('acme', [contact(1), contact(2)], options)).toBe(true);
    expect(await environment.query('select contact_id from cxone.contact')).toHaveLength(2);
  });
});
