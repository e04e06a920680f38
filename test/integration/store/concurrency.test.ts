import { Client } from 'pg';
import { openStore } from '../../../store/store';
import { postgresServers } from '../../setup/servers';
import { at, batch, contact, openTestEnvironment, type TestEnvironment } from './test-environment';

/** The numbers below `count`, in another order for each seed: pages that hold the same rows in different orders. */
function shuffled(count: number, seed: number): readonly number[] {
  const place = (n: number) => Math.imul(n + 1, 2_654_435_761 + 2 * seed) >>> 0;
  return Array.from({ length: count }, (_, n) => n).sort((a, b) => place(a) - place(b));
}

describe.each(postgresServers())('at the same time on $label', (server) => {
  let environment: TestEnvironment;
  beforeAll(async () => {
    environment = await openTestEnvironment(server);
  });
  afterEach(() => environment.empty());
  afterAll(() => environment.close());

  it('pages with the same contacts, calls, bad records, drift and agents are stored without deadlock', async () => {
    const size = 1500;
    const pages = await Promise.all(Array.from({ length: 16 }, (_, n) => environment.land(`page-${n}`)));
    const outcomes = await Promise.all(
      pages.map((pageId, page) => {
        const rows = shuffled(size, page).map((n) =>
          contact(n, { lastUpdateTime: at(page).toISOString(), holdCount: page, masterContactId: n >> 1 }),
        );
        const rejected = shuffled(50, page).map((n) => ({ reason: 'bad', raw: `{"n":${n}}` }));
        const drift = shuffled(10, page).map((n) => ({ field: `new${n}`, observedType: 'string' }));
        return environment.store.contacts.persistPage(pageId, 'acme', batch(rows, { rejected, drift }), {
          recordings: true,
        });
      }),
    );
    expect(outcomes.reduce((sum, { inserted }) => sum + inserted, 0)).toBe(size);
    const [newest] = await environment.query(
      `select count(*)::int as contacts, min(hold_count)::int as oldest,
              (select count(*)::int from cxone.recording) as recordings,
              (select min(seen) from cxone.rejected_record) as seen,
              (select count(*)::int from cxone.schema_drift) as drift
       from cxone.contact`,
    );
    expect(newest).toEqual({ contacts: size, oldest: 15, recordings: size / 2, seen: 16, drift: 10 });
  });

  it('agent pages with the same agents move the watermark to the latest', async () => {
    const pages = await Promise.all(
      Array.from({ length: 12 }, (_, n) => environment.land(`agents-${n}`, { kind: 'agents' })),
    );
    await Promise.all(
      pages.map((pageId, page) => {
        const rows = shuffled(300, page).map((agentId) => ({
          values: { agentId, lastUpdated: at(page).toISOString() },
          extra: null,
        }));
        return environment.store.agents.persistPage(pageId, 'acme', batch(rows), { watermark: at(page) });
      }),
    );
    expect(await environment.store.watermarks.get('acme', 'agents')).toEqual(at(11));
    expect(await environment.query('select from cxone.agent where last_updated = $1', [at(11)])).toHaveLength(
      300,
    );
  });

  it('marking contacts absent and storing them do not deadlock', async () => {
    await environment.persist(batch(shuffled(1000, 0).map((n) => contact(n))));
    const { windowId, attempt } = await environment.claim();
    const mark = (round: number) => environment.store.windows.markAbsent(windowId, attempt, round);
    const store = (seed: number) => environment.persist(batch(shuffled(1000, seed).map((n) => contact(n))));
    await Promise.all([mark(7), store(1), mark(8), store(2), mark(9), store(3)]);
    await store(4);
    expect(await environment.query('select from cxone.contact where absent_since is not null')).toHaveLength(
      0,
    );
  });
});

describe.each(postgresServers())('when PostgreSQL goes away on $label', (server) => {
  let environment: TestEnvironment;
  beforeAll(async () => {
    environment = await openTestEnvironment(server);
  });
  afterEach(() => environment.empty());
  afterAll(() => environment.close());

  async function killOthers(state = '%') {
    const client = new Client({ connectionString: environment.url });
    await client.connect();
    const { rowCount } = await client.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and pid <> pg_backend_pid() and query ilike $1`,
      [state],
    );
    await client.end();
    return rowCount ?? 0;
  }

  it('an idle connection that was ended is replaced unnoticed', async () => {
    await environment.persist(batch([contact(1)]));
    const gone = new Promise((resolve) => environment.store.pool.once('remove', resolve));
    expect(await killOthers()).toBe(1);
    await gone;
    expect(await environment.persist(batch([contact(2)]))).toMatchObject({ inserted: 1 });
  });

  it('a page that was being stored leaves nothing, says that it may be tried again, and then is stored', async () => {
    const pageId = await environment.land('killed');
    const blocker = new Client({ connectionString: environment.url });
    await blocker.connect();
    await blocker.query('begin; lock table cxone.contact in access exclusive mode');
    const store = () =>
      environment.store.contacts.persistPage(pageId, 'acme', batch([contact(1)]), { recordings: true });
    const attempt = store().catch((error: unknown) => error);
    let killed = 0;
    while (killed === 0) killed = await killOthers('%insert into cxone.contact%');
    expect(await attempt).toMatchObject({ code: 'DatabaseUnavailable', retryable: true });
    await blocker.query('rollback');
    await blocker.end();
    expect(await environment.query('select from cxone.contact')).toHaveLength(0);
    expect(await store()).toMatchObject({ inserted: 1 });
  });

  it('a server that does not listen is reported as such, and a ping returns a version', async () => {
    expect((await environment.store.ping()).version).toBeGreaterThanOrEqual(15);
    const url = new URL(environment.url);
    url.port = '1';
    const unreachable = openStore({ url: url.href });
    await expect(unreachable.ping()).rejects.toMatchObject({ code: 'DatabaseUnavailable', retryable: true });
    await unreachable.close();
  });

  it('a database that is not there is refused', async () => {
    const url = new URL(environment.url);
    url.pathname = '/no_such_database';
    const nowhere = openStore({ url: url.href });
    await expect(nowhere.ping()).rejects.toMatchObject({ code: 'DatabaseRefused', retryable: false });
    await nowhere.close();
  });

  it('an error of a statement shows nothing of the row', async () => {
    await environment.query(
      `alter table cxone.contact add constraint stop check (from_address <> '+15550001111')`,
    );
    const error: unknown = await environment
      .persist(batch([contact(1, { fromAddress: '+15550001111', dispositionNotes: 'canary' })]))
      .catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'DatabaseError', message: expect.stringContaining('contact.stop') });
    expect(`${JSON.stringify(error)} ${String((error as Error).stack)}`).not.toMatch(/15550001111|canary/);
    await environment.query('alter table cxone.contact drop constraint stop');
  });
});
