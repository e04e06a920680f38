import { postgresServers } from '../../../setup/servers';
import { at, batch, contact, openTestEnvironment, type TestEnvironment } from '../test-environment';
import { file, id } from '../recording-rows';

describe.each(postgresServers())('recordings claimed for an attempt on $label', (server) => {
  let environment: TestEnvironment;
  beforeAll(async () => {
    environment = await openTestEnvironment(server);
  });
  afterEach(() => environment.empty());
  afterAll(() => environment.close());

  const soon = () => at(60, new Date());

  const claim = (holder: string, seconds = 60) =>
    environment.store.recordings.claim('acme', id(1), { holder: holder, seconds: seconds, now: soon() });
  beforeEach(() => environment.persist(batch([contact(1)])));

  it('are for one holder at a time, and again for the same', async () => {
    expect([await claim('one'), await claim('two'), await claim('one')]).toEqual([true, false, true]);
  });

  it('are for one of many who ask at once', async () => {
    const claims = await Promise.all(Array.from({ length: 8 }, (_, n) => claim(`holder-${n}`)));
    expect(claims.filter(Boolean)).toHaveLength(1);
  });

  it('are not due for others during that time', async () => {
    const { recordings } = environment.store;
    const { windowId, attempt } = await environment.claim();
    await claim('one');
    expect(await recordings.due({ windowId, attempt }, { after: null, limit: 10, now: soon() })).toEqual([]);
    expect(await recordings.dueOfTenant('acme', 10, soon())).toEqual([]);
    await recordings.release('acme', id(1), 'two');
    expect(await recordings.dueOfTenant('acme', 10, soon())).toEqual([]);
    await recordings.release('acme', id(1), 'one');
    expect(await recordings.due({ windowId, attempt }, { after: null, limit: 10, now: soon() })).toEqual([
      id(1),
    ]);
  });

  it('are free again when a claim has run out', async () => {
    expect(await claim('dead', -1)).toBe(true);
    expect(await claim('two')).toBe(true);
  });

  it('are taken as a whole, also when only one file of the call is due', async () => {
    const { recordings } = environment.store;
    await recordings.failed('acme', id(1), {
      segmentId: 's1',
      errorCode: 'MediaIncomplete',
      nextAttemptAt: at(600, new Date()),
    });
    expect(await claim('one')).toBe(true);
    await environment.query("update cxone.recording set next_attempt_at = now() where segment_id = 's1'");
    expect(await claim('two')).toBe(false);
  });

  it.each(['stored', 'absent', 'postponed', 'failed'] as const)(
    'cannot be claimed any more once %s, nor by the same holder',
    async (end) => {
      const { recordings } = environment.store;
      await claim('one');
      const later = at(3_600, new Date());
      if (end === 'stored') {
        await recordings.stored('acme', id(1), file('s1'));
        await recordings.settled('acme', id(1));
      }
      if (end === 'absent') await recordings.absent('acme', id(1), 'NotFound');
      if (end === 'failed')
        await recordings.failed('acme', id(1), {
          segmentId: null,
          errorCode: 'MediaIncomplete',
          nextAttemptAt: later,
        });
      if (end === 'postponed')
        await recordings.postpone('acme', id(1), { nextAttemptAt: later, errorCode: 'NotFound' });
      expect([await claim('one'), await claim('two')]).toEqual([false, false]);
    },
  );

  it('and failed are due to the next sweep after their pause', async () => {
    const { recordings } = environment.store;
    const later = at(3_600, new Date());
    await recordings.failed('acme', id(1), {
      segmentId: null,
      errorCode: 'MediaIncomplete',
      nextAttemptAt: later,
    });
    expect(await recordings.dueOfTenant('acme', 10, at(-1, later))).toEqual([]);
    expect(await recordings.dueOfTenant('acme', 10, later)).toEqual([id(1)]);
    expect(await recordings.claim('acme', id(1), { holder: 'sweep', seconds: 60, now: later })).toBe(true);
  });
});
