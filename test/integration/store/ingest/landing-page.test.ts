import { randomBytes } from 'node:crypto';
import { postgresServers } from '../../../setup/servers';
import { at, batch, openTestEnvironment, someone, type TestEnvironment, wholeDay } from '../test-environment';

describe.each(postgresServers())('landed pages on $label', (server) => {
  let environment: TestEnvironment;
  beforeAll(async () => {
    environment = await openTestEnvironment(server);
  });
  afterEach(() => environment.empty());
  afterAll(() => environment.close());

  it('come back byte for byte, and smaller in between', async () => {
    const body = Buffer.concat([randomBytes(1000), Buffer.from('{"completedContacts":[]}'.repeat(1000))]);
    const pageId = await environment.land('0', { body });
    expect(await environment.store.landing.read(pageId)).toEqual(body);
    const [row] = await environment.query(
      'select octet_length(body) as stored, body_bytes::int from cxone.landing_page',
    );
    expect(row?.['body_bytes']).toBe(body.length);
    expect(row?.['stored']).toBeLessThan(body.length / 5);
  });

  it('are found by their place, with what was said about them', async () => {
    const key = { ...(await environment.claim()), round: 1, kind: 'contacts', slice: 'skip=0' } as const;
    expect(await environment.store.landing.find(key)).toBeNull();
    const meta = { totalRecords: 12, lastPollTime: '2026-07-21T00:00:00Z', firstStart: null };
    const pageId = await environment.land('skip=0', { records: 12, meta });
    expect(await environment.store.landing.find(key)).toEqual({ pageId, records: 12, meta });
    expect(await environment.store.landing.find({ ...key, round: 2 })).toBeNull();
    expect(await environment.store.landing.find({ ...key, attempt: key.attempt + 1 })).toBeNull();
    expect(await environment.store.landing.find({ ...key, kind: 'agents' })).toBeNull();
  });

  it('stay when the same place is landed again, also at the same time', async () => {
    const pages = await Promise.all(
      ['a', 'b', 'c'].map((text) => environment.land('0', { body: Buffer.from(text) })),
    );
    expect(new Set(pages).size).toBe(1);
    const kept = await environment.store.landing.read(pages[0] ?? '');
    await environment.land('0', { body: Buffer.from('later') });
    expect(await environment.store.landing.read(pages[0] ?? '')).toEqual(kept);
  });

  it('that were pruned are a clear error', async () => {
    await expect(environment.store.landing.read('12345')).rejects.toMatchObject({
      code: 'PageMissing',
      retryable: false,
    });
  });

  it('are pruned by age, but not while their attempt runs', async () => {
    const { landing, windows, contacts } = environment.store;
    const { windowId, attempt } = await environment.claim();
    const pageId = await environment.land('0');
    await contacts.persistPage(pageId, 'acme', batch([]), { recordings: false });
    const soon = at(60, new Date());
    expect(await landing.prune(soon)).toBe(0);
    await windows.close(windowId, attempt, { status: 'complete', expected: 0, absent: 0, round: 1 });
    expect(await landing.prune(at(-60, new Date()))).toBe(0);
    expect(await landing.prune(soon)).toBe(1);
  });

  it('of an attempt that was taken over are pruned', async () => {
    await environment.claim();
    await environment.land('0');
    await environment.store.windows.claim(wholeDay, { ...someone, runId: 'run-2' }, someone);
    expect(await environment.store.landing.prune(at(60, new Date()))).toBe(1);
  });
});
