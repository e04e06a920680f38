import type { RecordingChoice } from '../../../store';
import { postgresServers } from '../../setup/servers';
import { id } from './recording-rows';
import { at, batch, contact, openTestEnvironment, type TestEnvironment, wholeDay } from './test-environment';

/** Legs that were not logged. */
const answered = { isLogged: false, agentId: 7, totalDurationSeconds: 60, mediaTypeId: 4 };
const unanswered = { ...answered, agentId: null };
const short = { ...answered, totalDurationSeconds: 4 };
const unfiltered = { unfiltered: true };

describe.each(postgresServers())('calls that may have a recording on $label', (server) => {
  let environment: TestEnvironment;
  beforeAll(async () => {
    environment = await openTestEnvironment(server);
  });
  afterEach(async () => {
    await environment.empty();
    await environment.query(
      'truncate cxone.interaction_metadata, cxone.extraction, cxone.recording_backlog, cxone.playback_tally',
    );
  });
  afterAll(() => environment.close());

  const soon = () => at(60, new Date());
  const rows = async () =>
    Object.fromEntries(
      (
        await environment.query<{ n: number; status: string; priority: number; code: string | null }>(
          `select (master_contact_id - 693159000000)::int as n, status, priority, last_error_code as code
           from cxone.recording order by 1`,
        )
      ).map(({ n, status, priority, code }) => [n, [priority, status, ...(code ? [code] : [])].join(' ')]),
    );

  let pages = 0;
  async function arrive(
    contacts: readonly ReturnType<typeof contact>[],
    choice: RecordingChoice & { readonly recordings?: boolean } = {},
  ): Promise<void> {
    const pageId = await environment.land(`page ${(pages += 1)}`);
    await environment.store.contacts.persistPage(pageId, 'acme', batch(contacts), {
      recordings: true,
      ...choice,
    });
    // A sweep leaves calls that an open window has just stored to that window.
    await environment.query(`update cxone.sync_window set status = 'complete'`);
  }

  async function list(n: number, day: string, voice = 'Success'): Promise<void> {
    await environment.query(
      `insert into cxone.interaction_metadata
         (tenant, segment_id, acd_call_id, start_date, extract_day, voice_recording_status)
       values ('acme', gen_random_uuid()::text, $1, $2::date + time '10:00', $2::date, $3)`,
      [id(n), day, voice],
    );
  }

  async function extracted(day: string): Promise<void> {
    await environment.query(
      `insert into cxone.extraction
         (tenant, dataset, day, status, attempt, workflow_id, run_id, started_at, complete_at)
       values ('acme', 'interaction-metadata', $1, 'complete', 1, 'w', 'r', now(), clock_timestamp())
       on conflict (tenant, dataset, day) do update set complete_at = clock_timestamp()`,
      [day],
    );
  }

  describe('as contacts arrive', () => {
    const some = [
      contact(1),
      contact(2, answered),
      contact(3, unanswered),
      contact(4, short),
      contact(5, { ...answered, totalDurationSeconds: 4.1 }),
      contact(6, { ...answered, totalDurationSeconds: null }),
      contact(7, { ...answered, isLogged: null }),
      contact(8, { ...unanswered, mediaTypeId: 3 }),
    ];

    it('are all of them, logged or not, where all are asked about', async () => {
      await arrive(some);
      const likely = { 1: '0 pending', 2: '1 pending', 5: '1 pending', 6: '1 pending', 7: '1 pending' };
      expect(await rows()).toEqual({ ...likely, 3: '3 pending', 4: '3 pending' });
    });

    it('are all of them where the listing says which, whose word on each is waited for', async () => {
      await arrive(some, { recordedCalls: 'listed' });
      expect(Object.keys(await rows())).toEqual(['1', '2', '3', '4', '5', '6', '7']);
    });

    it('are the logged ones alone where the settings say so', async () => {
      await arrive(some, { recordedCalls: 'logged' });
      expect(await rows()).toEqual({ 1: '0 pending' });
    });

    it('are as likely as the likeliest of their legs, whichever comes first', async () => {
      const leg = (n: number, values: object) => contact(n, { ...values, masterContactId: 693_159_000_001 });
      await arrive([leg(1, unanswered), leg(2, short)]);
      expect(await rows()).toEqual({ 1: '3 pending' });
      await arrive([leg(3, answered)]);
      expect(await rows()).toEqual({ 1: '1 pending' });
      await arrive([leg(4, unanswered)]);
      expect(await rows()).toEqual({ 1: '1 pending' });
    });

    it('are asked about again when they were given up before they looked likely', async () => {
      const { recordings } = environment.store;
      await arrive([contact(1, unanswered), contact(2, answered)]);
      await recordings.absent('acme', id(1), 'NotFound');
      await recordings.absent('acme', id(2), 'NotFound');
      const changed = { lastUpdateTime: at(9_000).toISOString() };
      await arrive([contact(1, { ...answered, ...changed }), contact(2, { ...answered, ...changed })]);
      expect(await rows()).toEqual({ 1: '1 pending', 2: '1 absent NotFound' });
    });
  });

  describe('are asked about', () => {
    it('in a window the likeliest first, page by page, and without those that probably have nothing', async () => {
      const { recordings } = environment.store;
      const contacts = [
        contact(1, answered),
        contact(2),
        contact(3, unanswered),
        contact(4, answered),
        contact(5),
      ];
      await arrive(contacts);
      const { windowId, attempt } = await environment.claim(wholeDay);
      const due = (after: string | null, limit = 2) =>
        recordings.due({ windowId, attempt }, { after: after, limit: limit, now: soon() });
      expect(await due(null)).toEqual([id(2), id(5)]);
      expect(await due(id(5))).toEqual([id(1), id(4)]);
      expect(await due(id(4))).toEqual([]);
      // Asking in vain puts a call behind those that were not asked about; the list still goes on where it was.
      await recordings.postpone('acme', id(1), { nextAttemptAt: at(900, new Date()), errorCode: 'NotFound' });
      expect(await due(id(1))).toEqual([id(4)]);
      expect(await recordings.counts(windowId)).toMatchObject({ pending: 4, absent: 0 });
    });

    it('by a sweep the likeliest first, of these the newest, and repeated queries after first ones', async () => {
      const { recordings } = environment.store;
      await arrive([1, 2, 3, 4].map((n) => contact(n, n % 2 === 0 ? {} : answered)));
      expect(await recordings.dueOfTenant('acme', 9, soon())).toEqual([id(4), id(2), id(3), id(1)]);
      await recordings.postpone('acme', id(3), { nextAttemptAt: new Date(), errorCode: 'NotFound' });
      await recordings.postpone('acme', id(4), { nextAttemptAt: new Date(), errorCode: 'NotFound' });
      expect(await recordings.dueOfTenant('acme', 9, soon())).toEqual([id(4), id(2), id(1), id(3)]);
      expect(await recordings.dueOfTenant('acme', 9, soon(), 'logged')).toEqual([id(4), id(2)]);
    });

    it('where they probably have nothing only once no other call of the tenant is to be asked about', async () => {
      const { recordings } = environment.store;
      await arrive([contact(1, unanswered), contact(2, answered), contact(3, short)]);
      expect(await recordings.dueOfTenant('acme', 9, soon())).toEqual([id(2)]);
      expect(await recordings.unlikelyOfTenant('acme', 9, soon())).toEqual([]);
      // Also while the other is left to the window that stored it.
      await environment.query(`update cxone.sync_window set status = 'running'`);
      expect(await recordings.dueOfTenant('acme', 9, soon())).toEqual([]);
      expect(await recordings.unlikelyOfTenant('acme', 9, soon())).toEqual([]);
      await recordings.postpone('acme', id(2), { nextAttemptAt: at(900, new Date()), errorCode: 'NotFound' });
      expect(await recordings.unlikelyOfTenant('acme', 9, soon())).toEqual([id(3), id(1)]);
      expect(await recordings.unlikelyOfTenant('acme', 1, soon())).toEqual([id(3)]);
      expect(await recordings.unlikelyOfTenant('zenith', 9, soon())).toEqual([]);
    });

    it('where they probably have nothing no earlier than an hour after their end', async () => {
      const { recordings } = environment.store;
      const minutesAgo = (minutes: number, seconds: number) => ({
        contactStartDate: at(-60 * minutes - seconds, new Date()).toISOString(),
        totalDurationSeconds: seconds,
      });
      await arrive([
        contact(1, { ...unanswered, ...minutesAgo(50, 600) }),
        contact(2, { ...unanswered, ...minutesAgo(61, 600) }),
      ]);
      expect(await recordings.unlikelyOfTenant('acme', 9, new Date())).toEqual([id(2)]);
      expect(await recordings.unlikelyOfTenant('acme', 9, at(660, new Date()))).toEqual([id(2), id(1)]);
    });
  });

  it('give what is needed to ask about them: their start, how often they were asked about, and how likely they are', async () => {
    const { recordings } = environment.store;
    await arrive([contact(1), contact(2, unanswered), contact(3, answered)]);
    await recordings.postpone('acme', id(3), { nextAttemptAt: soon(), errorCode: 'NotFound' });
    await list(4, '2026-07-22');
    expect(await recordings.call('acme', id(1))).toEqual({
      startedAt: at(1),
      looks: 0,
      failures: 0,
      isLogged: true,
      isUnlikely: false,
    });
    expect(await recordings.call('acme', id(2))).toMatchObject({ isLogged: false, isUnlikely: true });
    expect(await recordings.call('acme', id(3))).toMatchObject({ looks: 1, isUnlikely: false });
    // Of a call without a contact the listing knows the start.
    expect(await recordings.call('acme', id(4))).toMatchObject({
      startedAt: new Date('2026-07-22T10:00:00Z'),
      isLogged: false,
    });
    await expect(recordings.call('acme', id(5))).rejects.toMatchObject({ code: 'DatabaseError' });
  });

  describe('of earlier contacts', () => {
    const catchUp = (choice: RecordingChoice = {}, portion = 2) =>
      environment.store.recordings.catchUp('acme', { ...choice, ...unfiltered }, portion);

    /** Contacts as the release before has left them: rows for logged calls only. */
    async function asBefore(...contacts: ReturnType<typeof contact>[]): Promise<void> {
      await arrive(contacts, { recordedCalls: 'logged' });
    }

    it('get their rows after an upgrade, portion by portion, and once', async () => {
      await asBefore(contact(1), contact(2, answered), contact(3, answered), contact(4, unanswered));
      expect(await catchUp()).toMatchObject({ older: 1 });
      expect(await rows()).toEqual({ 1: '0 pending', 2: '1 pending' });
      expect(await catchUp()).toMatchObject({ older: 2 });
      expect(await rows()).toEqual({ 1: '0 pending', 2: '1 pending', 3: '1 pending', 4: '3 pending' });
      expect(await catchUp()).toMatchObject({ older: 0 });
      expect(await catchUp()).toMatchObject({ older: 0 });
    });

    it('get them a day later as well if a worker of before has stored them beside the new ones, once', async () => {
      const aDayPasses = () =>
        environment.query(
          `update cxone.recording_backlog set contacts_before = contacts_before - interval '25 hours'`,
        );
      await asBefore(contact(1), contact(2, answered));
      expect(await catchUp({}, 9)).toMatchObject({ older: 1 });
      await asBefore(contact(3, answered));
      expect(await catchUp({}, 9)).toMatchObject({ older: 0 });
      await aDayPasses();
      expect(await catchUp({}, 9)).toMatchObject({ older: 1 });
      expect(await rows()).toEqual({ 1: '0 pending', 2: '1 pending', 3: '1 pending' });
      await asBefore(contact(4, answered));
      await aDayPasses();
      expect(await catchUp({}, 9)).toMatchObject({ older: 0 });
    });

    it('get none on days that were read without recordings, which a logged call without a row shows', async () => {
      const next = 86_400;
      await arrive([contact(1, { mediaTypeId: 4 }), contact(2, answered)], { recordings: false });
      await asBefore(contact(next + 1, { mediaTypeId: 4 }), contact(next + 2, answered));
      expect(await catchUp({}, 9)).toMatchObject({ older: 1 });
      expect(Object.keys(await rows())).toEqual([String(next + 1), String(next + 2)]);
    });

    it('are put aside where only logged calls are wanted, and taken up again where all are', async () => {
      await arrive([contact(1), contact(2, answered), contact(3, unanswered)]);
      expect(await catchUp({ recordedCalls: 'logged' }, 9)).toEqual({ older: 0, listed: 0, notLogged: 2 });
      const aside = { 1: '0 pending', 2: '1 absent NotLogged', 3: '3 absent NotLogged' };
      expect(await rows()).toEqual(aside);
      expect(await catchUp({ recordedCalls: 'logged' }, 9)).toMatchObject({ notLogged: 0 });
      expect(await catchUp({}, 9)).toMatchObject({ older: 2, notLogged: 0 });
      expect(await rows()).toEqual({ 1: '0 pending', 2: '1 pending', 3: '3 pending' });
    });
  });

  describe('by the listing', () => {
    const catchUp = (choice: RecordingChoice = { recordedCalls: 'listed' }, whole = true) =>
      environment.store.recordings.catchUp('acme', { ...choice, unfiltered: whole });

    it('are calls of their own, logged or not, and with or without a stored contact', async () => {
      await arrive([contact(1, { ...answered, mediaTypeId: 3 })], { recordings: false });
      for (const n of [1, 2, 3]) await list(n, '2026-07-20');
      await list(4, '2026-07-20', 'Failed');
      await list(5, '2026-07-21');
      await extracted('2026-07-20');
      // The chat is not of a media type that is recorded; the other day is not extracted whole.
      expect(await catchUp()).toMatchObject({ listed: 2 });
      expect(await rows()).toEqual({ 2: '0 pending', 3: '0 pending' });
      expect(await catchUp()).toMatchObject({ listed: 0 });
      await extracted('2026-07-21');
      expect(await catchUp()).toMatchObject({ listed: 1 });
      expect(await environment.store.recordings.dueOfTenant('acme', 9, soon(), 'listed')).toEqual([
        id(5),
        id(3),
        id(2),
      ]);
    });

    it('are those with a stored contact where the tenant does not take all contacts', async () => {
      await arrive([contact(1, answered)], { recordings: false });
      for (const n of [1, 2]) await list(n, '2026-07-20');
      await extracted('2026-07-20');
      await catchUp({ recordedCalls: 'listed' }, false);
      expect(await rows()).toEqual({ 1: '0 pending' });
    });

    it.each(['all', 'listed'] as const)(
      'are likely, and asked about again when they were given up before they were listed: %s',
      async (recordedCalls) => {
        const { recordings } = environment.store;
        await arrive([contact(1, unanswered), contact(2, unanswered), contact(3, answered)], {
          recordedCalls,
        });
        await recordings.absent('acme', id(2), 'NotFound');
        for (const n of [1, 2, 3]) await list(n, '2026-07-20');
        await recordings.absent('acme', id(3), 'NotFound');
        await extracted('2026-07-20');
        expect(await catchUp({ recordedCalls })).toMatchObject({ listed: 2 });
        expect(await rows()).toEqual({ 1: '0 pending', 2: '0 pending', 3: '1 absent NotFound' });
      },
    );

    it('are no concern of a tenant who wants logged calls', async () => {
      await list(1, '2026-07-20');
      await extracted('2026-07-20');
      expect(await catchUp({ recordedCalls: 'logged' })).toMatchObject({ listed: 0 });
    });
  });

  it('are settled now and then', async () => {
    const { recordings } = environment.store;
    await recordings.catchUp('acme', unfiltered);
    expect(await recordings.isTimeToSettle('acme', 600)).toBe(true);
    expect(await recordings.isTimeToSettle('acme', 600)).toBe(false);
    expect(await recordings.isTimeToSettle('acme', 0)).toBe(true);
  });

  it('have their queries counted by day, and by whether they were logged', async () => {
    const { recordings } = environment.store;
    await recordings.queried('acme', true, true);
    await recordings.queried('acme', false, true);
    await recordings.queried('acme', false, false);
    await recordings.queried('acme', false, false);
    await recordings.queried('zenith', false, false);
    await environment.query(
      `insert into cxone.playback_tally (tenant, day, logged, queries, found)
       values ('acme', current_date - 31, false, 500, 500)`,
    );
    const tallies = await recordings.queriesOf(['acme', 'zenith', 'none'], 30);
    expect(tallies.get('acme')).toEqual({
      logged: { queries: 1, found: 1 },
      notLogged: { queries: 3, found: 1 },
    });
    expect(tallies.get('zenith')).toMatchObject({ logged: { queries: 0 }, notLogged: { queries: 1 } });
    expect(tallies.has('none')).toBe(false);
  });
});
