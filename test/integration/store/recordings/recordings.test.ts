import { postgresServers } from '../../../setup/servers';
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
import { file, id } from '../recording-rows';

describe.each(postgresServers())('recordings on $label', (server) => {
  let environment: TestEnvironment;
  beforeAll(async () => {
    environment = await openTestEnvironment(server);
  });
  afterEach(() => environment.empty());
  afterAll(() => environment.close());

  const soon = () => at(60, new Date());
  const incomplete = (segmentId: string | null, nextAttemptAt: Date) => ({
    segmentId,
    errorCode: 'MediaIncomplete' as const,
    nextAttemptAt,
  });
  const due = (
    window: { readonly windowId: string; readonly attempt: number },
    after: string | null,
    limit: number,
    now: Date,
  ) => environment.store.recordings.due(window, { after, limit, now });
  const statuses = async (n: number) =>
    (await environment.store.recordings.known('acme', id(n))).map(({ segmentId, status }) => [
      segmentId,
      status,
    ]);

  describe('to be fetched', () => {
    it('are noted once per call, however many legs and pages it has', async () => {
      const leg = (n: number, master: number) => contact(n, { masterContactId: 693_159_000_000 + master });
      await environment.persist(batch([leg(1, 1), leg(2, 1), leg(3, 3)]));
      await environment.persist(batch([leg(6, 1), contact(7, { masterContactId: null })]));
      expect(
        await environment.query(
          'select master_contact_id, segment_id, status, attempts from cxone.recording order by 1',
        ),
      ).toEqual([
        { master_contact_id: id(1), segment_id: null, status: 'pending', attempts: 0 },
        { master_contact_id: id(3), segment_id: null, status: 'pending', attempts: 0 },
      ]);
    });

    it('are noted again for a stored call that gets a new leg, whose file may have come since', async () => {
      const { recordings } = environment.store;
      const second = contact(2, { masterContactId: 693_159_000_001 });
      await environment.persist(batch([contact(1)]));
      await recordings.stored('acme', id(1), file('s1'));
      await recordings.settled('acme', id(1));
      await environment.persist(batch([second]));
      expect(await statuses(1)).toEqual([
        [null, 'pending'],
        ['s1', 'stored'],
      ]);
      await recordings.settled('acme', id(1));
      await environment.persist(batch([second]));
      expect(await statuses(1)).toEqual([['s1', 'stored']]);
    });

    it('are not noted when recordings are off', async () => {
      const pageId = await environment.land('off');
      await environment.store.contacts.persistPage(pageId, 'acme', batch([contact(1)]), {
        recordings: false,
      });
      expect(await environment.query('select from cxone.recording')).toHaveLength(0);
    });

    it('are the tenant’s newest calls first for a sweep, as often as it asks', async () => {
      const { recordings } = environment.store;
      await environment.persist(batch([1, 2, 3, 4, 5].map((n) => contact(n))));
      await environment.query(`update cxone.sync_window set status = 'complete'`);
      await recordings.absent('acme', id(4), 'NotFound');
      const first = await recordings.dueOfTenant('acme', 2, soon());
      expect(first).toEqual([id(5), id(3)]);
      await recordings.absent('acme', id(5), 'NotFound');
      expect(await recordings.dueOfTenant('acme', 9, soon())).toEqual([id(3), id(2), id(1)]);
      expect(await recordings.dueOfTenant('zenith', 9, soon())).toEqual([]);
    });

    it('are left by a sweep to the window by start that brings them in, unless it looked in vain or died', async () => {
      const { recordings } = environment.store;
      const sweep = async () => recordings.dueOfTenant('acme', 9, at(3_600, new Date()));
      await environment.persist(batch([contact(1), contact(2)]));
      expect(await sweep()).toEqual([]);
      const later = { nextAttemptAt: soon(), errorCode: 'NotFound' } as const;
      await recordings.postpone('acme', id(2), later);
      expect(await sweep()).toEqual([id(2)]);
      await environment.query(`update cxone.sync_window set started_at = now() - interval '25 hours'`);
      expect(await sweep()).toEqual([id(2), id(1)]);
    });

    it('are the sweep’s where a window under way did not bring them in itself', async () => {
      const { recordings } = environment.store;
      await environment.persist(batch([contact(1)]));
      await environment.query(`update cxone.contact set first_synced_at = now() - interval '1 hour'`);
      expect(await recordings.dueOfTenant('acme', 9, soon())).toEqual([id(1)]);
      await environment.query(`update cxone.contact set first_synced_at = now()`);
      await environment.query(`update cxone.sync_window set read_by = 'update'`);
      expect(await recordings.dueOfTenant('acme', 9, soon())).toEqual([id(1)]);
    });

    it.each(['stored', 'absent', 'failed'] as const)('are not noted again once %s', async (status) => {
      const { recordings } = environment.store;
      await environment.persist(batch([contact(1)]));
      if (status === 'stored') await recordings.stored('acme', id(1), file('s1'));
      if (status === 'absent') await recordings.absent('acme', id(1), 'NotFound');
      if (status === 'failed')
        await recordings.failed('acme', id(1), { segmentId: 's1', errorCode: 'MediaIncomplete' });
      await recordings.settled('acme', id(1));
      await environment.persist(batch([contact(1, { skillId: 5 })]));
      expect(await statuses(1)).toEqual([[status === 'absent' ? null : 's1', status]]);
    });
  });

  describe('due in a window', () => {
    it('are listed in ascending order, in portions', async () => {
      await environment.persist(batch([5, 3, 1, 4, 2].map((n) => contact(n))));
      const { windowId, attempt } = await environment.claim();
      expect(await due({ windowId, attempt }, null, 2, soon())).toEqual([id(1), id(2)]);
      expect(await due({ windowId, attempt }, id(2), 2, soon())).toEqual([id(3), id(4)]);
      expect(await due({ windowId, attempt }, id(4), 2, soon())).toEqual([id(5)]);
      expect(await due({ windowId, attempt }, id(5), 2, soon())).toEqual([]);
    });

    it('are those never looked up, also by a clock that lags behind the database', async () => {
      await environment.persist(batch([contact(1), contact(2)]));
      const { windowId, attempt } = await environment.claim();
      const { recordings } = environment.store;
      const lagging = new Date(Date.now() - 3_600_000);
      await recordings.postpone('acme', id(2), { nextAttemptAt: new Date(), errorCode: 'NotFound' });
      expect(await due({ windowId, attempt }, null, 10, lagging)).toEqual([id(1)]);
    });

    it('are those of its own range and filter', async () => {
      await environment.persist(
        batch([contact(1, { skillId: 10 }), contact(2, { skillId: 11 }), contact(86_400, { skillId: 10 })]),
      );
      const { windowId, attempt } = await environment.claim({
        ...wholeDay,
        filter: { ...everything, skillIds: [10] },
      });
      expect(await due({ windowId, attempt }, null, 10, soon())).toEqual([id(1)]);
    });

    it('by update are those of the contacts it landed, whenever they started', async () => {
      await environment.persist(batch([contact(1), contact(2)]));
      const { windowId, attempt } = await environment.claim({ ...wholeDay, by: 'update' });
      const pageId = await environment.land('update', { windowId, attempt });
      await environment.store.contacts.persistPage(pageId, 'acme', batch([contact(2), contact(-5000)]), {
        recordings: true,
      });
      expect(await due({ windowId, attempt }, null, 10, soon())).toEqual([id(-5000), id(2)]);
    });

    it('leave out what is not due yet, stored, absent or given up', async () => {
      const { recordings } = environment.store;
      await environment.persist(batch([1, 2, 3, 4, 5, 6].map((n) => contact(n))));
      const now = soon();
      await recordings.postpone('acme', id(1), { nextAttemptAt: at(60, now), errorCode: 'NotFound' });
      await recordings.stored('acme', id(2), file('s2'));
      await recordings.settled('acme', id(2));
      await recordings.absent('acme', id(3), 'NotFound');
      await recordings.failed('acme', id(4), { segmentId: null, errorCode: 'MediaHostRefused' });
      await recordings.failed('acme', id(5), {
        segmentId: null,
        errorCode: 'MediaUnavailable',
        nextAttemptAt: at(60, now),
      });
      const { windowId, attempt } = await environment.claim();
      expect(await due({ windowId, attempt }, null, 10, now)).toEqual([id(6)]);
      expect(await due({ windowId, attempt }, null, 10, at(60, now))).toEqual([id(1), id(5), id(6)]);
    });

    it('are found quickly among many, also before PostgreSQL has statistics', async () => {
      await environment.query('alter table cxone.contact set (autovacuum_enabled = off)');
      await environment.query('alter table cxone.recording set (autovacuum_enabled = off)');
      await environment.query(
        `insert into cxone.contact (tenant, contact_id, master_contact_id, contact_start_date)
         select 'acme', n, n, $1::timestamptz + n * interval '1 second' from generate_series(1, 30000) n`,
        [day],
      );
      await environment.query(
        `insert into cxone.recording (tenant, master_contact_id, next_attempt_at)
         select 'acme', n, now() from generate_series(1, 30000) n`,
      );
      const { windowId, attempt } = await environment.claim();
      expect(await due({ windowId, attempt }, '29000', 2, soon())).toEqual(['29001', '29002']);
      expect(await environment.store.recordings.counts(windowId)).toMatchObject({ pending: 30_000 });
    }, 15_000);

    it('are none for an attempt that was replaced', async () => {
      await environment.persist(batch([contact(1)]));
      const { windowId, attempt } = await environment.claim();
      expect(await due({ windowId, attempt: attempt + 1 }, null, 10, soon())).toEqual([]);
    });
  });

  describe('of one call', () => {
    beforeEach(() => environment.persist(batch([contact(1)])));

    it('become one row per file, and the row of the call goes', async () => {
      const { recordings } = environment.store;
      await recordings.stored('acme', id(1), {
        ...file('s2'),
        mediaType: 'voice-only',
        startTime: at(1).toISOString(),
      });
      await recordings.stored('acme', id(1), file('s1'));
      await recordings.settled('acme', id(1));
      expect(await recordings.known('acme', id(1))).toEqual([
        expect.objectContaining({
          segmentId: 's1',
          status: 'stored',
          mediaType: null,
          bytes: 10,
          sha256: 'b'.repeat(64),
        }),
        expect.objectContaining({
          segmentId: 's2',
          storageKey: 'acme/s2.mp4',
          mediaType: 'voice-only',
          nextAttemptAt: null,
        }),
      ]);
    });

    it('keep the row of the call while there is no file', async () => {
      await environment.store.recordings.settled('acme', id(1));
      expect(await statuses(1)).toEqual([[null, 'pending']]);
    });

    it('that are stored again overwrite their row', async () => {
      const { recordings } = environment.store;
      await recordings.failed('acme', id(1), incomplete('s1', soon()));
      await recordings.stored('acme', id(1), file('s1'));
      const known = await recordings.known('acme', id(1));
      expect(known[1]).toMatchObject({
        status: 'stored',
        attempts: 2,
        lastErrorCode: null,
        nextAttemptAt: null,
      });
    });

    it('count each vain look and stay pending', async () => {
      const { recordings } = environment.store;
      const nextAttemptAt = at(900, new Date());
      await recordings.postpone('acme', id(1), { nextAttemptAt: at(1), errorCode: 'NotFound' });
      await recordings.postpone('acme', id(1), { nextAttemptAt, errorCode: 'NotFound' });
      const [row] = await recordings.known('acme', id(1));
      expect(row).toMatchObject({ status: 'pending', attempts: 2, nextAttemptAt, lastErrorCode: 'NotFound' });
    });

    it('are settled with a word on whether one of them is open still, which then ends as absent', async () => {
      const { recordings } = environment.store;
      await recordings.stored('acme', id(1), file('s1'));
      await recordings.stored('acme', id(1), file('s2'));
      expect(await recordings.settled('acme', id(1))).toBe(false);
      await recordings.refetch('acme', id(1), 's2', 'RecordingMissing');
      expect(await recordings.settled('acme', id(1))).toBe(true);
      await recordings.absent('acme', id(1), 'NotFound');
      expect(await recordings.settled('acme', id(1))).toBe(false);
      expect(await statuses(1)).toEqual([
        ['s1', 'stored'],
        ['s2', 'absent'],
      ]);
    });

    it('wait together once the call has failed', async () => {
      const { recordings } = environment.store;
      await recordings.stored('acme', id(1), file('s1'));
      await recordings.stored('acme', id(1), file('s2'));
      await recordings.settled('acme', id(1));
      await recordings.refetch('acme', id(1), 's2', 'RecordingMissing');
      const now = new Date();
      expect(await recordings.claim('acme', id(1), { holder: 'run:1', seconds: 60, now })).toBe(true);
      await recordings.failed('acme', id(1), incomplete(null, at(600, now)));
      expect(await recordings.dueOfTenant('acme', 9, now)).toEqual([]);
      expect(await recordings.claim('acme', id(1), { holder: 'run:1', seconds: 60, now })).toBe(false);
      expect(await recordings.dueOfTenant('acme', 9, at(601, now))).toEqual([id(1)]);
      expect(await statuses(1)).toEqual([
        [null, 'failed'],
        ['s1', 'stored'],
        ['s2', 'failed'],
      ]);
    });

    it('count failures in a row, from the first failure or the one after CXone had none yet', async () => {
      const { recordings } = environment.store;
      const later = { nextAttemptAt: soon(), errorCode: 'NotFound' } as const;
      const failures = async () => (await recordings.call('acme', id(1))).failures;
      await recordings.postpone('acme', id(1), later);
      await recordings.postpone('acme', id(1), later);
      expect(await failures()).toBe(0);
      await recordings.failed('acme', id(1), incomplete(null, soon()));
      expect(await failures()).toBe(1);
      await recordings.failed('acme', id(1), incomplete(null, soon()));
      expect(await failures()).toBe(2);
      await recordings.postpone('acme', id(1), later);
      expect(await failures()).toBe(0);
      expect(await statuses(1)).toEqual([[null, 'pending']]);
      await recordings.failed('acme', id(1), incomplete(null, soon()));
      expect(await failures()).toBe(1);
    });

    it('that are stored stay stored, whatever is said of the call later', async () => {
      const { recordings } = environment.store;
      await recordings.stored('acme', id(1), file('s1'));
      await recordings.failed('acme', id(1), incomplete('s1', soon()));
      await recordings.failed('acme', id(1), incomplete('s2', soon()));
      await recordings.absent('acme', id(1), 'NotFound');
      expect(await statuses(1)).toEqual([
        [null, 'absent'],
        ['s1', 'stored'],
        ['s2', 'absent'],
      ]);
    });
  });

  describe('of media types', () => {
    const noted = async () =>
      (
        await environment.query<{ id: string }>(
          'select master_contact_id as id from cxone.recording order by master_contact_id',
        )
      ).map((row) => row.id);
    const persist = async (
      recordedCalls: 'all' | 'logged',
      recordedMediaTypeIds: readonly number[] | undefined,
    ) => {
      const rows = [
        contact(1, { mediaTypeId: 4 }),
        contact(2, { mediaTypeId: 4, isLogged: false }),
        contact(3, { mediaTypeId: 3 }),
        contact(4, { mediaTypeId: 3, isLogged: false }),
        contact(5, { mediaTypeId: 6 }),
        contact(6),
      ];
      const pageId = await environment.land('types');
      const wishes = { recordings: true, recordedCalls, recordedMediaTypeIds };
      await environment.store.contacts.persistPage(pageId, 'acme', batch(rows), wishes);
    };

    it('that have no audio get no row, and so cost no playback query', async () => {
      await persist('all', [4, 5]);
      expect(await noted()).toEqual([id(1), id(2), id(6)]);
    });

    it('that were asked for are recorded although they are not logged', async () => {
      await persist('logged', [4, 3]);
      expect(await noted()).toEqual([id(1), id(3), id(4), id(6)]);
    });

    it('are phone calls and voice mails by default', async () => {
      await persist('all', undefined);
      expect(await noted()).toEqual([id(1), id(2), id(6)]);
    });
  });

  it('are counted by status for a window, once per file', async () => {
    const { recordings } = environment.store;
    const leg = contact(9, { masterContactId: 693_159_000_001 });
    await environment.persist(batch([1, 2, 3, 4].map((n) => contact(n)).concat(leg)));
    await recordings.stored('acme', id(1), file('s1'));
    await recordings.stored('acme', id(1), file('s2'));
    await recordings.settled('acme', id(1));
    await recordings.absent('acme', id(2), 'NotFound');
    await recordings.failed('acme', id(3), { segmentId: null, errorCode: 'MediaHostRefused' });
    const { windowId } = await environment.claim();
    expect(await recordings.counts(windowId)).toEqual({
      pending: 1,
      stored: 2,
      absent: 1,
      failed: 1,
      bytes: 20,
    });
    expect(await recordings.counts('424242')).toEqual({
      pending: 0,
      stored: 0,
      absent: 0,
      failed: 0,
      bytes: 0,
    });
  });
});
