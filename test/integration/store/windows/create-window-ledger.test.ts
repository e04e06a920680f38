// One file beyond 400 lines: all of it is about one table, and a further suite would open two more databases.
import { postgresServers } from '../../../setup/servers';
import type { Row } from '../../../../store/ingest/batch';
import type { WindowKey } from '../../../../store/windows/window-ledger';
import {
  at,
  batch,
  contact,
  day,
  everything,
  openTestEnvironment,
  someone,
  type TestEnvironment,
  wholeDay,
} from '../test-environment';

const other = { workflowId: 'sync-window:other', runId: 'run-9' };
const done = { status: 'complete', expected: 0, absent: 0, round: 1 } as const;

describe.each(postgresServers())('the ledger on $label', (server) => {
  let environment: TestEnvironment;
  beforeAll(async () => {
    environment = await openTestEnvironment(server);
  });
  afterEach(() => environment.empty());
  afterAll(() => environment.close());

  /** Lands and stores one page of contacts in the given round of the window. */
  async function page(
    window: { windowId: string; attempt: number },
    round: number,
    rows: readonly Row[],
    rejected = 0,
  ) {
    const place = { ...window, round, slice: `${round}-${rows.length}-${rejected}` };
    const pageId = await environment.land(place.slice, place);
    const bad = Array.from({ length: rejected }, (_, n) => ({ reason: 'bad', raw: `{"n":${n}}` }));
    return environment.store.contacts.persistPage(pageId, 'acme', batch(rows, { rejected: bad }), {
      recordings: true,
    });
  }

  describe('a window by update', () => {
    const changes = { ...wholeDay, by: 'update' as const, from: day, to: at(3_600) };
    const updated = (n: number, second: number) => contact(n, { lastUpdateTime: at(second).toISOString() });

    it('counts what was last updated in it, once, and not what lies beyond or moved there', async () => {
      const window = await environment.claim(changes);
      await page(window, 1, [updated(1, 10), updated(2, 20), updated(3, 30)]);
      // The last stamp once more, a contact beyond the end, and one that was in it and has changed since.
      await page(window, 1, [updated(3, 30), updated(4, 3_600), updated(1, 4_000), updated(5, 40)]);
      expect(await environment.store.windows.tally(window.windowId, window.attempt, 1)).toMatchObject({
        fetched: 3,
      });
      expect(await environment.query('select contact_id from cxone.contact')).toHaveLength(5);
    });

    it('counts and closes up to where it ended in truth, where that is before its end', async () => {
      const window = await environment.claim(changes);
      await page(window, 1, [updated(1, 10), updated(2, 1_799), updated(3, 1_800), updated(4, 3_599)]);
      const { windows } = environment.store;
      const readTo = at(1_800);
      expect(await windows.tally(window.windowId, window.attempt, 1, readTo)).toMatchObject({ fetched: 2 });
      expect(await windows.tally(window.windowId, window.attempt, 1)).toMatchObject({ fetched: 4 });
      const closing = { ...done, expected: 2, readTo };
      expect(await windows.close(window.windowId, window.attempt, closing)).toMatchObject({
        fetched: 2,
        readTo,
      });
    });

    it('counts a rejected record once, though two pages show it', async () => {
      const window = await environment.claim(changes);
      await page(window, 1, [updated(1, 10)], 1);
      await page(window, 1, [updated(1, 10), updated(2, 11)], 1);
      expect(await environment.store.windows.tally(window.windowId, window.attempt, 1)).toMatchObject({
        fetched: 3,
        rejected: 1,
      });
    });

    it('moves the watermark to its end when it reaches back to it, and only while it is held', async () => {
      const { watermarks, windows } = environment.store;
      expect(await watermarks.begin('acme', 'contacts', at(600))).toEqual(at(600));
      expect(await watermarks.begin('acme', 'contacts', at(900))).toEqual(at(600));
      const { windowId, attempt } = await environment.claim(changes);
      expect(await watermarks.moveOver('contacts', windowId, attempt + 1)).toBe(false);
      expect(await watermarks.moveOver('contacts', windowId, attempt)).toBe(true);
      expect(await watermarks.get('acme', 'contacts')).toEqual(at(3_600));
      // Once more changes nothing, and neither does a window that is closed.
      expect(await watermarks.moveOver('contacts', windowId, attempt)).toBe(false);
      await windows.close(windowId, attempt, done);
      const later = await environment.claim({ ...changes, from: at(7_200), to: at(9_000) });
      // Between the mark and this window lies a span that was never read.
      expect(await watermarks.moveOver('contacts', later.windowId, later.attempt)).toBe(false);
      expect(await watermarks.get('acme', 'contacts')).toEqual(at(3_600));
    });
  });

  describe('a claim', () => {
    it('is answered the same to the same claimant', async () => {
      const first = await environment.store.windows.claim(wholeDay, someone);
      expect(first).toEqual({ status: 'claimed', windowId: expect.any(String) as string, attempt: 1 });
      expect(await environment.store.windows.claim(wholeDay, someone)).toEqual(first);
    });

    it('is refused while another holds the window, naming who', async () => {
      await environment.store.windows.claim(wholeDay, someone);
      expect(await environment.store.windows.claim(wholeDay, other)).toEqual({ status: 'busy', by: someone });
    });

    it('replaces a holder that is known to be dead, and no other', async () => {
      await environment.store.windows.claim(wholeDay, someone);
      const notHolder = { ...someone, runId: 'run-0' };
      expect(await environment.store.windows.claim(wholeDay, other, notHolder)).toMatchObject({
        status: 'busy',
      });
      expect(await environment.store.windows.claim(wholeDay, other, someone)).toMatchObject({
        status: 'claimed',
        attempt: 2,
      });
      expect(await environment.store.windows.claim(wholeDay, someone)).toEqual({ status: 'busy', by: other });
    });

    it('after the end begins a new attempt and says how the last one ended', async () => {
      const { windows } = environment.store;
      const { windowId, attempt } = await environment.claim();
      const { closedAt } = await windows.close(windowId, attempt, { ...done, status: 'failed' });
      const again = { status: 'claimed', windowId, attempt: 2, previous: { status: 'failed', closedAt } };
      expect(await windows.claim(wholeDay, other)).toEqual(again);
      expect(await windows.claim(wholeDay, other)).toEqual(again);
    });

    it('goes to exactly one of many who ask at once', async () => {
      const claimants = Array.from({ length: 12 }, (_, n) => ({ workflowId: `w${n}`, runId: `r${n}` }));
      const claims = await Promise.all(
        claimants.map((one) => environment.store.windows.claim(wholeDay, one)),
      );
      expect(claims.filter(({ status }) => status === 'claimed')).toHaveLength(1);
    });

    it('is of a window with its mode and filter', async () => {
      const keys: WindowKey[] = [
        wholeDay,
        { ...wholeDay, by: 'update' },
        { ...wholeDay, tenant: 'other' },
        { ...wholeDay, filter: { ...everything, skillIds: [1, 2] } },
        { ...wholeDay, filter: { ...everything, campaignIds: [1, 2] } },
      ];
      const claims = await Promise.all(keys.map((key) => environment.claim(key)));
      expect(new Set(claims.map(({ windowId }) => windowId)).size).toBe(keys.length);
    });
  });

  describe('a tally', () => {
    it('counts distinct contacts and every rejected record of the round, and what all rounds did', async () => {
      const window = await environment.claim();
      await page(window, 1, [contact(1), contact(2), contact(3)], 2);
      await page(window, 1, [contact(3), contact(4)], 1);
      expect(await environment.store.windows.tally(window.windowId, window.attempt, 1)).toEqual({
        // One unreadable record on two pages counts once, or it would make up for a contact that did not come.
        fetched: 6,
        inserted: 4,
        updated: 0,
        unchanged: 0,
        rejected: 2,
        pages: 2,
        bytes: 4,
      });
      await page(window, 2, [contact(1), contact(2), contact(3, { skillId: 7 }), contact(4), contact(5)]);
      expect(await environment.store.windows.tally(window.windowId, window.attempt, 2)).toMatchObject({
        fetched: 5,
        inserted: 5,
        updated: 1,
        unchanged: 0,
        rejected: 0,
        pages: 3,
      });
    });

    it('counts an unreadable record twice when one page holds it twice: the source counts it so as well', async () => {
      const window = await environment.claim();
      const twin = { reason: 'bad', raw: '{"n":1}' };
      for (const [slice, rejected] of [
        ['a', [twin, twin]],
        ['b', [twin]],
      ] as const) {
        const pageId = await environment.land(slice, { ...window, round: 1 });
        await environment.store.contacts.persistPage(pageId, 'acme', batch([], { rejected }), {
          recordings: false,
        });
      }
      expect(await environment.store.windows.tally(window.windowId, window.attempt, 1)).toMatchObject({
        fetched: 2,
        rejected: 2,
      });
    });

    it('counts what was there before as unchanged', async () => {
      await environment.persist(batch([contact(1), contact(2)]));
      const window = await environment.claim();
      await environment.store.windows.close(window.windowId, window.attempt, done);
      const next = await environment.claim();
      await page(next, 1, [contact(1), contact(2), contact(3)]);
      expect(await environment.store.windows.tally(next.windowId, next.attempt, 1)).toMatchObject({
        fetched: 3,
        inserted: 1,
        unchanged: 2,
      });
    });

    it('of nothing is zero', async () => {
      const { windowId, attempt } = await environment.claim();
      expect(await environment.store.windows.tally(windowId, attempt, 1)).toEqual({
        fetched: 0,
        inserted: 0,
        updated: 0,
        unchanged: 0,
        rejected: 0,
        pages: 0,
        bytes: 0,
      });
    });
  });

  describe('contacts that no longer come', () => {
    const absent = async () =>
      (
        await environment.query<{ n: number }>(
          'select (contact_id - 693159000000)::int as n from cxone.contact where absent_since is not null order by 1',
        )
      ).map(({ n }) => n);

    it('are marked, once, and only inside the half-open range', async () => {
      await environment.persist(
        batch([contact(-1), contact(0), contact(1), contact(2), contact(86_399), contact(86_400)]),
      );
      const window = await environment.claim();
      await page(window, 2, [contact(1)]);
      const { windows } = environment.store;
      expect(await windows.markAbsent(window.windowId, window.attempt, 2)).toBe(3);
      expect(await absent()).toEqual([0, 2, 86_399]);
      expect(await windows.markAbsent(window.windowId, window.attempt, 2)).toBe(0);
    });

    it('are only those that match the filter, and of this tenant', async () => {
      const skill = (n: number, skillId: number) => contact(n, { skillId, mediaTypeId: 4 });
      await environment.persist(
        batch([skill(1, 10), skill(2, 11), skill(3, 12), contact(4, { skillId: 10, mediaTypeId: 3 })]),
      );
      await environment.persist(batch([skill(5, 10)]), 'other');
      const window = await environment.claim({
        ...wholeDay,
        filter: { ...everything, skillIds: [10, 11], mediaTypeIds: [4] },
      });
      expect(await environment.store.windows.markAbsent(window.windowId, window.attempt, 1)).toBe(2);
      expect(await absent()).toEqual([1, 2]);
    });

    it('are not those that another window stored since the round began', async () => {
      const window = await environment.claim();
      await environment.land('first', { ...window, round: 2 });
      await environment.persist(batch([contact(1)]));
      expect(await environment.store.windows.markAbsent(window.windowId, window.attempt, 2)).toBe(0);
    });

    it('are those that an earlier round stored and the last one does not show', async () => {
      const window = await environment.claim();
      await environment.persist(batch([contact(1)]));
      await environment.land('second', { ...window, round: 2 });
      expect(await environment.store.windows.markAbsent(window.windowId, window.attempt, 2)).toBe(1);
    });

    it('are not those whose record came but was rejected', async () => {
      await environment.persist(batch([contact(1), contact(2)]));
      const window = await environment.claim();
      const pageId = await environment.land('rejected', { ...window, round: 2 });
      const rejected = [
        { reason: 'bad start', raw: '{"contactStartDate":"never","contactId": 693159000001}' },
      ];
      await environment.store.contacts.persistPage(pageId, 'acme', batch([], { rejected }), {
        recordings: false,
      });
      expect(await environment.store.windows.markAbsent(window.windowId, window.attempt, 2)).toBe(1);
      expect(await absent()).toEqual([2]);
    });

    it('are never concluded from a window by update', async () => {
      await environment.persist(batch([contact(1)]));
      const window = await environment.claim({ ...wholeDay, by: 'update' });
      expect(await environment.store.windows.markAbsent(window.windowId, window.attempt, 1)).toBe(0);
    });

    it('are found quickly among many, also before PostgreSQL has statistics', async () => {
      await environment.query('alter table cxone.contact set (autovacuum_enabled = off)');
      await environment.query(
        `insert into cxone.contact (tenant, contact_id, contact_start_date)
         select 'acme', n, $1::timestamptz + n * interval '1 second' from generate_series(1, 30000) n`,
        [day],
      );
      const window = await environment.claim();
      const pageId = await environment.land('many', { ...window, round: 2 });
      await environment.query(
        `update cxone.landing_page set persisted_at = now(), record_ids = array(select generate_series(2, 30000))
         where page_id = $1`,
        [pageId],
      );
      expect(await environment.store.windows.markAbsent(window.windowId, window.attempt, 2)).toBe(1);
    }, 15_000);
  });

  describe('closing', () => {
    it('fills the line of the ledger and frees the window', async () => {
      const window = await environment.claim();
      await page(window, 1, [contact(1), contact(2), contact(3, { isLogged: false })], 1);
      await environment.store.recordings.stored('acme', '693159000001', {
        segmentId: 's1',
        storageKey: 'acme/s1.mp4',
        bytes: 1234,
        sha256: 'a'.repeat(64),
      });
      await environment.store.recordings.settled('acme', '693159000001');
      const lastPollTime = new Date('2026-07-21T00:00:00.123Z');
      const { windows } = environment.store;
      const row = await windows.close(window.windowId, window.attempt, {
        status: 'incomplete',
        expected: 5,
        absent: 1,
        round: 1,
        errorCode: 'Throttled',
        lastPollTime,
      });
      expect(row).toEqual({
        ...wholeDay,
        ...someone,
        windowId: window.windowId,
        status: 'incomplete',
        attempt: 1,
        expected: 5,
        fetched: 4,
        inserted: 3,
        updated: 0,
        unchanged: 0,
        rejected: 1,
        absent: 1,
        pages: 1,
        bytes: 2,
        rounds: 1,
        recordingsPending: 1,
        recordingsStored: 1,
        recordingsAbsent: 0,
        recordingsFailed: 0,
        recordingBytes: 1234,
        errorCode: 'Throttled',
        lastPollTime,
        readTo: null,
        startedAt: expect.any(Date) as Date,
        closedAt: expect.any(Date) as Date,
      });
      expect(await windows.ledger(window.windowId)).toEqual(row);
      expect(await windows.claim(wholeDay, other)).toMatchObject({ status: 'claimed', attempt: 2 });
    });

    it('again, as a retried activity or a reset run does, overwrites', async () => {
      const { windowId, attempt } = await environment.claim();
      const { windows } = environment.store;
      await windows.close(windowId, attempt, { ...done, status: 'failed', errorCode: 'Throttled' });
      const row = await windows.close(windowId, attempt, { ...done, expected: null });
      expect(row).toMatchObject({ status: 'complete', errorCode: null, expected: null });
    });

    it('is refused to an attempt that was replaced', async () => {
      const { windowId, attempt } = await environment.claim();
      await environment.store.windows.claim(wholeDay, other, someone);
      const late = environment.store.windows.close(windowId, attempt, done);
      await expect(late).rejects.toMatchObject({ code: 'WindowNotHeld', retryable: false });
      expect(await environment.store.windows.ledger(windowId)).toMatchObject({
        status: 'running',
        attempt: 2,
        ...other,
      });
    });

    it('leaves no figures of the last attempt in the next one', async () => {
      const { windowId, attempt } = await environment.claim();
      await environment.store.windows.close(windowId, attempt, { ...done, expected: 7 });
      await environment.claim();
      const row = await environment.store.windows.ledger(windowId);
      expect(row).toMatchObject({
        status: 'running',
        expected: null,
        fetched: null,
        rounds: null,
        closedAt: null,
      });
    });
  });

  it('lists the windows that overlap a range, oldest first', async () => {
    const hour = (n: number): WindowKey => ({ ...wholeDay, from: at(n * 3600), to: at((n + 1) * 3600) });
    for (const n of [3, 1, 2, 0]) await environment.claim(hour(n));
    await environment.claim({ ...hour(1), tenant: 'other' });
    const listed = await environment.store.windows.list('acme', at(3600), at(3 * 3600));
    expect(listed.map(({ from }) => from)).toEqual([at(3600), at(7200)]);
    expect(await environment.store.windows.ledger('424242')).toBeNull();
  });
});
