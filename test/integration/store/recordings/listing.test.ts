import { postgresServers } from '../../../setup/servers';
import { at, batch, contact, openTestEnvironment, wholeDay, type TestEnvironment } from '../test-environment';

const id = (n: number) => `${693_159_000_000 + n}`;

describe.each(postgresServers())('recordings by the listing on $label', (server) => {
  let environment: TestEnvironment;
  beforeAll(async () => {
    environment = await openTestEnvironment(server);
  });
  afterEach(async () => {
    await environment.empty();
    await environment.query('truncate cxone.interaction_metadata, cxone.extraction');
  });
  afterAll(() => environment.close());

  const soon = () => at(60, new Date());
  // Portions so small that several are needed.
  const settle = (windowId: string | null = null) =>
    environment.store.recordings.resolveListed('acme', windowId, 1);
  const due = (calls: 'all' | 'listed' = 'listed') =>
    environment.store.recordings.dueOfTenant('acme', 100, soon(), calls);
  const states = async () =>
    Object.fromEntries(
      (
        await environment.query<{ n: number; status: string; code: string | null }>(
          `select (master_contact_id - 693159000000)::int as n, status, last_error_code as code from cxone.recording`,
        )
      ).map(({ n, status, code }) => [n, code === null ? status : `${status} ${code}`]),
    );

  async function arrive(...contacts: ReturnType<typeof contact>[]): Promise<void> {
    await environment.persist(batch(contacts));
    // A sweep leaves calls that an open window has just stored to that window.
    await environment.query(`update cxone.sync_window set status = 'complete'`);
  }

  async function list(n: number, voice: string | null, screen: string | null = null, tenant = 'acme') {
    await environment.query(
      `insert into cxone.interaction_metadata
         (tenant, segment_id, acd_call_id, voice_recording_status, screen_recording_status)
       values ($1, gen_random_uuid()::text, $2, $3, $4)`,
      [tenant, id(n), voice, screen],
    );
  }

  async function extract(day: string, complete: boolean, dataset = 'interaction-metadata', tenant = 'acme') {
    await environment.query(
      `insert into cxone.extraction
         (tenant, dataset, day, status, attempt, workflow_id, run_id, started_at, complete_at)
       values ($1, $2, $3, $4, 1, 'w', 'r', now(), $5)`,
      [tenant, dataset, day, complete ? 'complete' : 'failed', complete ? new Date() : null],
    );
  }

  it('a call is due once one of its segments has audio or a screen, and not before', async () => {
    await arrive(...[1, 2, 3, 4, 5].map((n) => contact(n)));
    expect(await due()).toEqual([]);
    await list(1, 'Success');
    await list(2, 'Failed', ' success ');
    await list(3, 'Failed', 'None');
    await list(4, null);
    await list(5, 'Success', null, 'zenith');
    expect(await due()).toEqual([id(2), id(1)]);
    await list(3, 'Success');
    expect(await due()).toEqual([id(3), id(2), id(1)]);
    // Without the listing all of them are.
    expect(await due('all')).toHaveLength(5);
  });

  it('a window’s own run looks up what is listed, and reports the rest as pending', async () => {
    const { windowId, attempt } = await environment.claim(wholeDay);
    await environment.persist(batch([contact(1), contact(2)]));
    await list(2, 'Success');
    const { recordings } = environment.store;
    expect(
      await recordings.due({ windowId, attempt }, { after: null, limit: 9, now: soon(), calls: 'listed' }),
    ).toEqual([id(2)]);
    expect(
      await recordings.due({ windowId, attempt }, { after: id(2), limit: 9, now: soon(), calls: 'listed' }),
    ).toEqual([]);
    expect(await recordings.counts(windowId)).toMatchObject({ pending: 2, absent: 0 });
  });

  it('a call that is not listed is absent once its day and the next are extracted, and costs nothing', async () => {
    await arrive(contact(1), contact(2), contact(3));
    await list(1, 'Success');
    await list(2, 'Failed');
    expect(await settle()).toEqual({ absent: 0, listed: 0 });
    await extract('2026-07-20', true);
    await extract('2026-07-21', false);
    // Extractions of other tenants or datasets do not count.
    await extract('2026-07-21', true, 'evaluations');
    await extract('2026-07-21', true, 'interaction-metadata', 'zenith');
    expect(await settle()).toEqual({ absent: 0, listed: 0 });
    await environment.query(`update cxone.extraction set status = 'complete', complete_at = now()`);
    expect(await settle()).toEqual({ absent: 2, listed: 0 });
    expect(await states()).toEqual({ 1: 'pending', 2: 'absent NotListed', 3: 'absent NotListed' });
    expect(
      await environment.query('select attempts, next_attempt_at from cxone.recording where attempts > 0'),
    ).toEqual([]);
    expect(await settle()).toEqual({ absent: 0, listed: 0 });
  });

  it('a day that was once extracted whole counts, also while it is extracted again', async () => {
    await arrive(contact(1));
    await extract('2026-07-20', true);
    await extract('2026-07-21', true);
    await environment.query(`update cxone.extraction set status = 'running'`);
    expect(await settle()).toEqual({ absent: 1, listed: 0 });
  });

  it('a window settles its own calls alone', async () => {
    await arrive(contact(1));
    const { windowId } = await environment.claim({
      ...wholeDay,
      from: at(86_400 * 3),
      to: at(86_400 * 4),
    });
    await environment.persist(batch([contact(2, { contactStartDate: at(86_400 * 3 + 60).toISOString() })]));
    for (const day of ['20', '21', '23', '24']) await extract(`2026-07-${day}`, true);
    expect(await settle(windowId)).toEqual({ absent: 1, listed: 0 });
    expect(await states()).toEqual({ 1: 'pending', 2: 'absent NotListed' });
    await list(1, 'Success');
    await list(2, 'Success');
    expect(await settle(windowId)).toEqual({ absent: 0, listed: 1 });
    expect(await settle()).toEqual({ absent: 0, listed: 0 });
  });

  it('a call that goes on over midnight waits for the day after its last contact', async () => {
    const leg = contact(2, {
      masterContactId: 693_159_000_001,
      contactStartDate: at(86_400 + 60).toISOString(),
    });
    await arrive(contact(1), leg);
    await extract('2026-07-20', true);
    await extract('2026-07-21', true);
    expect(await settle()).toEqual({ absent: 0, listed: 0 });
    await extract('2026-07-22', true);
    expect(await settle()).toEqual({ absent: 1, listed: 0 });
  });

  it('a call that is listed after all is pending again, and due', async () => {
    await arrive(contact(1), contact(2));
    await extract('2026-07-20', true);
    await extract('2026-07-21', true);
    await settle();
    expect(await due()).toEqual([]);
    await list(1, 'Success');
    expect(await settle()).toEqual({ absent: 0, listed: 1 });
    expect(await due()).toEqual([id(1)]);
    // The listing does not bring back a call whose playback query found nothing.
    await environment.store.recordings.absent('acme', id(1), 'NotFound');
    expect(await settle()).toEqual({ absent: 0, listed: 0 });
    expect(await states()).toEqual({ 1: 'absent NotFound', 2: 'absent NotListed' });
  });

  it('what failed, or was stored once and is gone, is looked up whatever the listing says', async () => {
    const { recordings } = environment.store;
    const file = { segmentId: 's1', storageKey: 'acme/s1.mp4', bytes: 10, sha256: 'b'.repeat(64) };
    await arrive(contact(1), contact(2));
    await recordings.failed('acme', id(1), {
      segmentId: null,
      errorCode: 'MediaIncomplete',
      nextAttemptAt: new Date(),
    });
    await recordings.stored('acme', id(2), file);
    await recordings.settled('acme', id(2));
    await recordings.refetch('acme', id(2), 's1', 'RecordingMissing');
    await extract('2026-07-20', true);
    await extract('2026-07-21', true);
    expect(await settle()).toEqual({ absent: 0, listed: 0 });
    expect(await due()).toEqual([id(2), id(1)]);
  });

  it('a call that a run is at is left to it', async () => {
    await arrive(contact(1));
    await extract('2026-07-20', true);
    await extract('2026-07-21', true);
    await environment.store.recordings.claim('acme', id(1), { holder: 'run', seconds: 60, now: soon() });
    expect(await settle()).toEqual({ absent: 0, listed: 0 });
    await environment.store.recordings.release('acme', id(1), 'run');
    expect(await settle()).toEqual({ absent: 1, listed: 0 });
  });
});
