import { postgresServers } from '../../../setup/servers';
import type { ClosingStatus } from '../../../../store/windows/window-ledger';
import type { WindowFilter } from '../../../../store/tables/window-filter';
import {
  at,
  batch,
  contact,
  day,
  everything,
  openTestEnvironment,
  type TestEnvironment,
  wholeDay,
} from '../test-environment';

const hour = 3_600;
const done = { status: 'complete', expected: 0, absent: 0, round: 1 } as const;

describe.each(postgresServers())('windows on $label', (server) => {
  let environment: TestEnvironment;
  beforeAll(async () => {
    environment = await openTestEnvironment(server);
  });
  afterEach(() => environment.empty());
  afterAll(() => environment.close());

  /** Runs a window of hours from the day's start on to its end. */
  async function closed(from: number, to: number, status: ClosingStatus = 'complete', more: object = {}) {
    const key = { ...wholeDay, from: at(from * hour), to: at(to * hour), ...more };
    const { windowId, attempt } = await environment.claim(key);
    await environment.store.windows.close(windowId, attempt, { ...done, status });
    return { windowId, attempt };
  }

  /** The hours that need not be read again. */
  const complete = (
    hours: number,
    filter: WindowFilter = everything,
    recordings = false,
    tenant = 'acme',
    recordedCalls: 'all' | 'logged' = 'all',
  ) =>
    environment.store.windows.completeAmong({
      tenant,
      filter,
      recordings,
      recordedCalls,
      edges: Array.from({ length: hours + 1 }, (_, n) => at(n * hour)),
    });

  describe('that are complete', () => {
    it('are found by their dates, and none that failed, has gaps or is under way', async () => {
      await closed(0, 1);
      await closed(1, 2, 'failed');
      await closed(2, 3, 'incomplete');
      await closed(4, 5);
      await environment.claim({ ...wholeDay, from: at(5 * hour), to: at(6 * hour) });
      expect(await complete(8)).toEqual([0, 4]);
    });

    it('are those of the same tenant, filter and mode, and not of other dates', async () => {
      const filter = { ...everything, skillIds: [3, 7] };
      await closed(0, 1, 'complete', { filter });
      await closed(1, 2, 'complete', { tenant: 'other' });
      await closed(2, 3, 'complete', { by: 'update' });
      await closed(3, 5);
      expect(await complete(8)).toEqual([]);
      expect(await complete(8, filter)).toEqual([0]);
      expect(await complete(8, everything, false, 'other')).toEqual([1]);
    });

    it('are read again for their recordings when they were read without', async () => {
      await closed(0, 1);
      await closed(1, 2);
      const persist = async (rows: ReturnType<typeof contact>[], recordings: boolean) => {
        const pageId = await environment.land(`page ${rows.length} ${recordings}`);
        await environment.store.contacts.persistPage(pageId, 'acme', batch(rows), { recordings });
      };
      await persist([contact(10, { isLogged: false })], false);
      await persist([contact(hour + 10), contact(hour + 20, { isLogged: false })], true);
      expect(await complete(2, everything, false)).toEqual([0, 1]);
      expect(await complete(2, everything, true)).toEqual([1]);
      // Where only logged calls are recorded, nothing is missing.
      expect(await complete(2, everything, true, 'acme', 'logged')).toEqual([0, 1]);
    });
  });

  describe('read in halves', () => {
    async function half(from: number, to: number, contacts: number) {
      const key = { ...wholeDay, from: at(from * hour), to: at(to * hour) };
      const { windowId, attempt } = await environment.claim(key);
      const place = { windowId, attempt, round: 1, kind: 'contacts' as const, slice: 'a' };
      const page = { ...place, tenant: 'acme', body: Buffer.from('{}'), records: contacts, meta: {} };
      const { pageId } = await environment.store.landing.land(page);
      const rows = Array.from({ length: contacts }, (_, n) => contact(from * hour + n));
      await environment.store.contacts.persistPage(pageId, 'acme', batch(rows), { recordings: true });
      await environment.store.windows.close(windowId, attempt, { ...done, expected: contacts, absent: 1 });
    }

    it('close with the sums of both, and what the whole had stored before it was split', async () => {
      const { windowId, attempt } = await environment.claim();
      const pageId = await environment.land('first page of the whole');
      const first = [contact(0), contact(1)];
      await environment.store.contacts.persistPage(pageId, 'acme', batch(first), { recordings: true });
      await half(0, 12, 5);
      await half(12, 24, 3);
      const row = await environment.store.windows.closeFromHalves(windowId, attempt, at(12 * hour));
      expect(row).toMatchObject({
        status: 'complete',
        from: day,
        expected: 8,
        fetched: 8,
        inserted: 8,
        updated: 0,
        unchanged: 0,
        absent: 2,
        pages: 3,
        recordingsPending: 8,
      });
      expect(row.closedAt).not.toBeNull();
    });

    it('do not close while a half is open or has failed, or when a later attempt has begun', async () => {
      const { windowId, attempt } = await environment.claim();
      const close = (of = attempt) => environment.store.windows.closeFromHalves(windowId, of, at(12 * hour));
      await half(0, 12, 1);
      await expect(close()).rejects.toMatchObject({ code: 'WindowNotHeld' });
      await closed(12, 24, 'failed');
      await expect(close()).rejects.toMatchObject({ code: 'WindowNotHeld' });
      await closed(12, 24);
      await expect(close(attempt - 1)).rejects.toMatchObject({ code: 'WindowNotHeld' });
      expect(await close()).toMatchObject({ status: 'complete', expected: 1 });
    });
  });
});
