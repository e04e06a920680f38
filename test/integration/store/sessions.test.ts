import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { Client, type PoolClient } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { migrate } from '../../../store/postgres/migrate';
import { openStore, type Store } from '../../../store/store';
import { inTransaction } from '../../../store/postgres/transaction';
import {
  createDatabase,
  createMigratedDatabase,
  execute,
  postgresServers,
  type TestDatabase,
} from '../../setup/servers';
import { startTcpProxy } from '../../setup/tcp-proxy';
import { batch, contact, openTestEnvironment, someone, wholeDay } from './test-environment';

const program = 'cxone-sync sessions test';

/** Which process of PostgreSQL serves the store. */
async function processOf(store: Store): Promise<number | undefined> {
  const { rows } = await store.pool.query<{ pid: number }>('select pg_backend_pid() as pid');
  return rows[0]?.pid;
}

/** What PgBouncer takes at its defaults (https://www.pgbouncer.org/config.html#ignore_startup_parameters). */
const takenByPooler = new Set([
  'user',
  'database',
  'application_name',
  'client_encoding',
  'datestyle',
  'timezone',
  'standard_conforming_strings',
]);

/** Names of the parameters in a start-up message of PostgreSQL's protocol 3. */
function startUpParameters(message: Buffer): string[] {
  const parts = message.subarray(8, message.readInt32BE(0)).toString().split('\0');
  return parts.filter((name, index) => index % 2 === 0 && name !== '');
}

function refusal(text: string): Buffer {
  const fields = Buffer.from(`SFATAL\0C08P01\0M${text}\0\0`);
  const head = Buffer.alloc(5);
  head.write('E');
  head.writeInt32BE(fields.length + 4, 1);
  return Buffer.concat([head, fields]);
}

/** Passes connections on to a server, as a pooler that refuses start-up parameters it does not know, and clients beyond a number. */
async function startPooler(serverUrl: string, clients = 100) {
  const refused: string[] = [];
  let open = 0;
  const pooler = createServer((client) => {
    open += 1;
    client.on('error', () => undefined).on('close', () => (open -= 1));
    client.once('data', (message) => {
      const unknown = startUpParameters(message).find((name) => !takenByPooler.has(name.toLowerCase()));
      const problem =
        unknown === undefined ? 'no more connections allowed' : `unsupported startup parameter: ${unknown}`;
      if (unknown !== undefined || open > clients) {
        refused.push(problem);
        client.end(refusal(problem));
        return;
      }
      const upstream = connect(Number(new URL(serverUrl).port), '127.0.0.1');
      upstream.on('error', () => client.destroy()).write(message);
      client.pipe(upstream).pipe(client);
    });
  });
  await new Promise<void>((resolve) => pooler.listen(0, '127.0.0.1', resolve));
  const url = new URL(serverUrl);
  url.port = String((pooler.address() as AddressInfo).port);
  return { url: url.href, refused, close: () => new Promise((resolve) => pooler.close(resolve)) };
}

describe.each(postgresServers())('sessions of the store on $label', (server) => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createMigratedDatabase(server);
  });
  afterAll(() => database.drop());

  it('read dates, times and floats alike, whatever the database sets', async () => {
    const name = new URL(database.url).pathname.slice(1);
    for (const setting of [
      "datestyle = 'SQL, DMY'",
      "timezone = 'America/St_Johns'",
      'extra_float_digits = -15',
      "bytea_output = 'escape'",
      "intervalstyle = 'sql_standard'",
      "default_transaction_isolation = 'serializable'",
      "statement_timeout = '1h'",
    ])
      await execute(database.url, `alter database ${name} set ${setting}`);
    const store = openStore({ url: database.url });
    try {
      const claim = await store.windows.claim(wholeDay, someone);
      if (claim.status === 'busy') throw new Error('the window is busy');
      const page = {
        ...claim,
        round: 1,
        kind: 'contacts',
        slice: '1',
        tenant: 'acme',
        records: 1,
        meta: {},
      } as const;
      const { pageId } = await store.landing.land({ ...page, body: Buffer.from('{}') });
      const start = '2026-03-04T05:06:07.089Z';
      const rows = [contact(1, { contactStartDate: start, agentSeconds: 0.1 + 0.2 })];
      await store.contacts.persistPage(pageId, 'acme', batch(rows), { recordings: true });
      const { rows: stored } = await store.pool.query<{ at: Date; agent: number; day: Date }>(
        `select contact_start_date as at, agent_seconds as agent, '\\x00ff'::bytea as bytes, '2026-03-04'::timestamp as day,
                current_setting('timezone') as zone, current_setting('statement_timeout') as timeout,
                current_setting('transaction_isolation') as isolation
         from cxone.contact`,
      );
      expect(stored).toEqual([
        {
          at: new Date(start),
          agent: 0.1 + 0.2,
          bytes: Buffer.from([0, 255]),
          day: new Date(2026, 2, 4),
          zone: 'UTC',
          timeout: '45s',
          isolation: 'read committed',
        },
      ]);
    } finally {
      await store.close();
    }
  });

  it.each([
    ['a statement', async (client: PoolClient) => void (await client.query('select 1'))],
    [
      'a COPY',
      async (client: PoolClient) => {
        const copy = client.query(copyFrom('copy cxone.sign_in from stdin'));
        copy.on('error', () => undefined);
        copy.end('acme\t1\n');
        await once(copy, 'finish');
      },
    ],
  ])('that go silent in the middle of %s are given up and replaced', async (_what, ask) => {
    const proxy = await startTcpProxy(Number(new URL(database.url).port));
    const url = new URL(database.url);
    url.port = String(proxy.port);
    const store = openStore({ url: url.href, maxConnections: 1, silentAfterMs: 1_000 });
    try {
      const before = await processOf(store);
      const lost = inTransaction(store.pool, async (client) => {
        proxy.swallow();
        await ask(client);
      });
      await expect(lost).rejects.toMatchObject({ code: 'DatabaseUnavailable', retryable: true });
      proxy.heal();
      // The only connection of the pool is another one, and works.
      expect(await processOf(store)).not.toBe(before);
    } finally {
      await store.close();
      await proxy.close();
    }
  });

  it('that hang do not keep the store from being closed', async () => {
    const proxy = await startTcpProxy(Number(new URL(database.url).port));
    const url = new URL(database.url);
    url.port = String(proxy.port);
    const store = openStore({ url: url.href, silentAfterMs: 3_600_000 });
    try {
      await store.ping();
      proxy.swallow();
      const lost = store.ping().catch((error: unknown) => error);
      // The connection is handed to the statement in a later turn.
      await new Promise(setImmediate);
      expect(store.pool).toMatchObject({ totalCount: 1, idleCount: 0, waitingCount: 0 });
      await store.close();
      expect(await lost).toMatchObject({ code: 'DatabaseUnavailable' });
    } finally {
      await proxy.close();
    }
  });

  it('pass a pooler that knows few start-up parameters, and say so when it refuses them', async () => {
    const empty = await createDatabase(server);
    const pooler = await startPooler(empty.url, 2);
    const store = openStore({ url: pooler.url });
    try {
      expect((await migrate(pooler.url)).applied).not.toEqual([]);
      expect(await store.ping()).toMatchObject({ version: expect.any(Number) });
      expect(pooler.refused).toEqual([]);
      const refused = {
        code: 'DatabasePoolerRefused',
        retryable: true,
        remedy: expect.stringMatching(/PgBouncer/),
      };
      await expect(Promise.all([1, 2, 3].map(() => store.ping()))).rejects.toMatchObject(refused);
    } finally {
      await store.close();
      await pooler.close();
      await empty.drop();
    }
  });

  it('that a frozen worker left in the middle of a COPY are ended, and their locks free; others are left alone', async () => {
    const environment = await openTestEnvironment(server);
    const [frozen, analyst] = [program, 'psql'].map(
      (name) => new Client({ connectionString: environment.url, application_name: name }),
    );
    const worker = openStore({ url: environment.url, applicationName: program });
    if (frozen === undefined || analyst === undefined) throw new Error('two clients');
    frozen.on('error', () => undefined);
    await Promise.all([frozen.connect(), analyst.connect()]);
    try {
      const pageId = await environment.land('page');
      await analyst.query('begin; select 1');
      await frozen.query('begin');
      await frozen.query("set local statement_timeout = '100ms'");
      await frozen.query('select from cxone.landing_page where page_id = $1 for update', [pageId]);
      const copy = frozen.query(copyFrom('copy cxone.sign_in from stdin'));
      const ended = once(copy, 'error');
      await new Promise((resolve) => setTimeout(resolve, 300));
      expect(await worker.stuckSessions.end(60)).toEqual([]);
      // Seen for the first time: it may be slow only.
      expect(await worker.stuckSessions.end(0.2)).toEqual([]);
      expect(await worker.stuckSessions.end(0.2)).toEqual([
        { pid: expect.any(Number), seconds: expect.any(Number) },
      ]);
      await ended;
      expect(
        await worker.contacts.persistPage(pageId, 'acme', batch([contact(1)]), { recordings: true }),
      ).toMatchObject({
        inserted: 1,
      });
      await analyst.query('commit');
    } finally {
      await Promise.all([frozen.end().catch(() => undefined), analyst.end(), worker.close()]);
      await environment.close();
    }
  });
});
