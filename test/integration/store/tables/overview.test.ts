import { type ReadCode, readCode } from '../../../../errors';
import { postgresServers } from '../../../setup/servers';
import {
  at,
  batch,
  contact,
  everything,
  openTestEnvironment,
  someone,
  type TestEnvironment,
  wholeDay,
} from '../test-environment';

describe.each(postgresServers())('how the work stands, on $label', (server) => {
  let environment: TestEnvironment;
  beforeAll(async () => {
    environment = await openTestEnvironment(server);
  });
  afterEach(() => environment.empty());
  afterAll(() => environment.close());

  const hour = (n: number, tenant = 'acme') => ({
    ...wholeDay,
    tenant,
    from: at(n * 3_600),
    to: at((n + 1) * 3_600),
    filter: everything,
  });
  const claim = (n: number, tenant = 'acme') => environment.claim(hour(n, tenant));
  async function close(n: number, status: 'complete' | 'incomplete' | 'failed', errorCode?: ReadCode) {
    const { windowId, attempt } = await claim(n);
    await environment.store.windows.close(windowId, attempt, {
      status,
      expected: 0,
      absent: 0,
      round: 0,
      errorCode,
    });
    return windowId;
  }
  async function park(n: number, since: string, code: string | null, tenant = 'acme') {
    const { windowId } = await claim(n, tenant);
    await environment.query(
      `update cxone.sync_window set parked_at = $2, parked_code = $3, parked_message = 'it waits', parked_remedy = 'do it'
       where window_id = $1`,
      [windowId, since, code],
    );
    return windowId;
  }

  it('days of datasets are counted by state, with the last complete one and the last failure', async () => {
    const line = (dataset: string, day: string, status: string, more: object = {}) =>
      environment.query(
        `insert into cxone.extraction
           (tenant, dataset, day, status, attempt, workflow_id, run_id, started_at, closed_at, complete_at, error_code)
         select 'acme', $1, $2, $3, 1, 'w', 'r', now(), l.closed, l.complete, l.code
         from jsonb_to_record($4) as l (closed timestamptz, complete timestamptz, code text)`,
        [dataset, day, status, JSON.stringify(more)],
      );
    const at3 = '2026-11-25T03:00:00Z';
    await line('interaction-metadata', '2026-11-21', 'complete', { closed: at3, complete: at3 });
    await line('interaction-metadata', '2026-11-22', 'complete', { closed: at3, complete: at3 });
    // Complete once, and failed when it was read again.
    await line('interaction-metadata', '2026-11-23', 'failed', {
      closed: '2026-11-25T04:00:00Z',
      complete: at3,
      code: 'ExtractionFailed',
    });
    await line('interaction-metadata', '2026-11-24', 'failed', { closed: at3, code: 'ExtractionForbidden' });
    await line('evaluations', '2026-11-24', 'running');
    expect(await environment.store.overview.extractions(['acme', 'other'])).toEqual([
      {
        tenant: 'acme',
        dataset: 'interaction-metadata',
        lastComplete: '2026-11-23',
        complete: 3,
        running: 0,
        failed: 2,
        incomplete: 0,
        failure: { day: '2026-11-23', code: 'ExtractionFailed', at: new Date('2026-11-25T04:00:00Z') },
      },
      {
        tenant: 'acme',
        dataset: 'evaluations',
        lastComplete: null,
        complete: 0,
        running: 1,
        failed: 0,
        incomplete: 0,
        failure: null,
      },
    ]);
  });

  describe('windows', () => {
    it('are counted by state, a parked one as parked only', async () => {
      await close(0, 'complete');
      await close(1, 'complete');
      await close(2, 'failed', 'InvalidClient');
      await close(3, 'incomplete');
      await claim(4);
      await park(5, '2026-07-21T00:00:00Z', 'ContactsForbidden');
      const counted = await environment.store.overview.windows(['acme']);
      expect(counted.get('acme')).toEqual({ complete: 2, running: 1, parked: 1, failed: 1, incomplete: 1 });
    });

    it('that were parked once and are closed are parked no more', async () => {
      await park(0, '2026-07-21T00:00:00Z', 'ContactsForbidden');
      await close(0, 'complete');
      expect((await environment.store.overview.windows(['acme'])).get('acme')).toMatchObject({
        complete: 1,
        parked: 0,
      });
      expect(await environment.store.overview.parked(['acme'], 10)).toEqual([]);
      expect(await environment.store.overview.parkedCodes(['acme'])).toEqual([]);
    });

    it('of a tenant that was not asked for, or has none, are left out', async () => {
      await claim(0, 'other');
      const counted = await environment.store.overview.windows(['acme', 'unknown']);
      expect([...counted]).toEqual([]);
    });
  });

  describe('parked windows', () => {
    it('say why they wait and what to do, those that wait longest first, up to a limit per tenant', async () => {
      await park(2, '2026-07-21T02:00:00Z', 'InvalidClient');
      await park(1, '2026-07-21T03:00:00Z', 'MediaForbidden');
      await park(0, '2026-07-21T01:00:00Z', 'ContactsForbidden');
      await park(0, '2026-07-21T09:00:00Z', null, 'other');
      const parked = await environment.store.overview.parked(['other', 'acme'], 2);
      expect(parked.map(({ tenant, code }) => [tenant, code])).toEqual([
        ['acme', 'ContactsForbidden'],
        ['acme', 'InvalidClient'],
        ['other', 'Unexpected'],
      ]);
      expect(parked[0]).toEqual({
        tenant: 'acme',
        ...someone,
        from: at(0),
        to: at(3_600),
        code: 'ContactsForbidden',
        message: 'it waits',
        remedy: 'do it',
        since: new Date('2026-07-21T01:00:00Z'),
      });
    });

    it('are counted by tenant and code', async () => {
      await park(0, '2026-07-21T01:00:00Z', 'ContactsForbidden');
      await park(1, '2026-07-21T01:00:00Z', 'ContactsForbidden');
      await park(2, '2026-07-21T01:00:00Z', 'InvalidClient');
      expect(await environment.store.overview.parkedCodes(['acme'])).toEqual([
        { tenant: 'acme', code: 'ContactsForbidden', windows: 2 },
        { tenant: 'acme', code: 'InvalidClient', windows: 1 },
      ]);
    });
  });

  it('the latest failures come first, with their code', async () => {
    for (const n of [0, 1, 2, 3]) await close(n, n === 1 ? 'incomplete' : 'failed', readCode(`Code${n}`));
    await close(3, 'complete');
    const failures = await environment.store.overview.failures(['acme', 'other'], 2);
    expect(failures.map(({ code, status, from }) => [code, status, from])).toEqual([
      ['Code2', 'failed', at(7_200)],
      ['Code1', 'incomplete', at(3_600)],
    ]);
    expect(failures[0]?.at).toBeInstanceOf(Date);
  });

  it('recordings are counted by status, and those to be had also by themselves', async () => {
    await environment.persist(
      batch([...[1, 2, 3, 4].map((n) => contact(n)), contact(5, { isLogged: false })]),
    );
    const [absent, failed] = [2, 3].map((n) => `${693_159_000_000 + n}`);
    await environment.store.recordings.absent('acme', absent as string, 'NotFound');
    await environment.store.recordings.failed('acme', failed as string, {
      segmentId: null,
      errorCode: 'MediaTooLarge',
    });
    const { overview } = environment.store;
    expect((await overview.recordings(['acme'])).get('acme')).toEqual({
      pending: 2,
      unlikely: 1,
      stored: 0,
      absent: 1,
      failed: 1,
    });
    expect((await overview.openRecordings(['acme'])).get('acme')).toMatchObject({
      pending: 2,
      unlikely: 1,
      failed: 1,
    });
  });

  it('the lag is that of the contacts by the clock of the database, negative where the watermark is in the future', async () => {
    await environment.store.watermarks.begin('acme', 'contacts', new Date(Date.now() - 90_000));
    await environment.store.watermarks.begin('acme', 'agents', new Date(0));
    await environment.store.watermarks.begin('ahead', 'contacts', new Date(Date.now() + 3_600_000));
    const lags = await environment.store.overview.lags(['acme', 'ahead', 'never']);
    expect(lags.get('acme')?.seconds).toBeGreaterThan(85);
    expect(lags.get('acme')?.seconds).toBeLessThan(150);
    expect(lags.get('ahead')?.seconds).toBeLessThan(-3_500);
    expect(lags.has('never')).toBe(false);
  });

  it('compares no two rows with each other, however many recordings and windows there are', async () => {
    await environment.query(
      `insert into cxone.recording (tenant, master_contact_id, status, storage_key, bytes, sha256)
       select 'acme', n, case when n % 1000 = 0 then 'pending' else 'stored' end, 'acme/' || n, 1, repeat('a', 64)
       from generate_series(1, 100000) n`,
    );
    await environment.query(
      `insert into cxone.sync_window (tenant, window_start, window_end, read_by, skill_ids, campaign_ids,
         media_type_ids, status, attempt, closed_at)
       select 'acme', to_timestamp(n * 300), to_timestamp(n * 300 + 300), 'update', '{}', '{}', '{}',
              case when n % 10000 = 0 then 'failed' else 'complete' end, 1, now()
       from generate_series(1, 20000) n`,
    );
    await environment.query('vacuum (analyze) cxone.recording, cxone.sync_window');
    const { overview } = environment.store;
    const took = async (look: () => Promise<unknown>) => {
      const began = performance.now();
      await look();
      return performance.now() - began;
    };
    const times = {
      windows: await took(() => overview.windows(['acme'])),
      failures: await took(() => overview.failures(['acme'], 5)),
      recordings: await took(() => overview.recordings(['acme'])),
      openRecordings: await took(() => overview.openRecordings(['acme'])),
    };
    expect((await overview.recordings(['acme'])).get('acme')).toMatchObject({
      pending: 100,
      stored: 99_900,
    });
    // Hundredths of a second; of ten thousand million pairs of rows it would be hours.
    for (const [what, ms] of Object.entries(times)) expect([what, ms < 60_000]).toEqual([what, true]);
  });
});
