import { cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { agentTable } from '../../../../store/tables/agent-columns';
import type { BulkTable } from '../../../../store/ingest/columns';
import { contactTable } from '../../../../store/tables/contact-columns';
import { lookupTables } from '../../../../store/tables/lookup-columns';
import { migrate, pendingMigrations } from '../../../../store/postgres/migrate';
import { openStore } from '../../../../store/store';
import { createDatabase, postgresServers, type TestDatabase } from '../../../setup/servers';

const ours = join(__dirname, '../../../../store/migrations');
const all = readdirSync(ours)
  .filter((name) => name.endsWith('.sql'))
  .sort();

describe.each(postgresServers())('migrations on $label', (server) => {
  let database: TestDatabase;
  let folder: string;

  beforeEach(async () => {
    database = await createDatabase(server);
    folder = mkdtempSync(join(tmpdir(), 'cxone-migrations-'));
    cpSync(ours, folder, { recursive: true });
  });

  afterEach(async () => {
    await database.drop();
    rmSync(folder, { recursive: true });
  });

  async function query<R extends object>(sql: string): Promise<R[]> {
    const client = new Client({ connectionString: database.url });
    await client.connect();
    try {
      return (await client.query<R>(sql)).rows;
    } finally {
      await client.end();
    }
  }

  it('are listed before they are applied, applied in order, and once', async () => {
    expect(await pendingMigrations(database.url)).toEqual(all);
    expect(await migrate(database.url)).toEqual({ applied: all });
    expect(await pendingMigrations(database.url)).toEqual([]);
    expect(await migrate(database.url)).toEqual({ applied: [] });
  });

  it('asking what is pending creates nothing', async () => {
    await pendingMigrations(database.url);
    expect(await query("select from information_schema.schemata where schema_name = 'cxone'")).toHaveLength(
      0,
    );
  });

  it('may be run by several processes at once', async () => {
    const runs = await Promise.all([1, 2, 3, 4].map(() => migrate(database.url)));
    expect(runs.flatMap(({ applied }) => applied)).toEqual(all);
  });

  it('make each column that the store writes, of the type it writes', async () => {
    await migrate(database.url);
    const expected = ({ name, columns }: BulkTable) =>
      columns.map((column) => `${name}.${column.name} ${column.type}`);
    const rows = await query<{ line: string }>(
      `select table_name || '.' || column_name || ' ' ||
              case data_type when 'timestamp with time zone' then 'timestamptz' else data_type end as line
       from information_schema.columns where table_schema = 'cxone'`,
    );
    const present = rows.map(({ line }) => line);
    const tables = [contactTable, agentTable, ...Object.values(lookupTables)];
    expect(present).toEqual(expect.arrayContaining(tables.flatMap(expected)));
  });

  it('leave nothing of a file that fails, and keep those before it', async () => {
    writeFileSync(join(folder, '9999-broken.sql'), 'create table cxone.half (a int); select 1 / 0;');
    await expect(migrate(database.url, folder)).rejects.toMatchObject({
      code: 'DatabaseError',
      sqlState: '22012',
    });
    expect(await query("select from information_schema.tables where table_name = 'half'")).toHaveLength(0);
    expect(await pendingMigrations(database.url, folder)).toEqual(['9999-broken.sql']);
  });

  it('refuse a file that was changed after it had been applied, but not other line ends', async () => {
    writeFileSync(join(folder, '9999-more.sql'), 'create table cxone.more\n(a int);\n');
    await migrate(database.url, folder);
    writeFileSync(join(folder, '9999-more.sql'), 'create table cxone.more\r\n(a int);\r\n');
    expect(await migrate(database.url, folder)).toEqual({ applied: [] });
    writeFileSync(join(folder, '9999-more.sql'), 'create table cxone.more (b int);');
    await expect(migrate(database.url, folder)).rejects.toThrow(/9999-more.sql was changed/);
    await expect(pendingMigrations(database.url, folder)).rejects.toMatchObject({ code: 'DatabaseRefused' });
  });

  it('wait for a query that holds a table, without stopping those who write to it', async () => {
    writeFileSync(join(folder, '9999-more.sql'), 'alter table cxone.contact add column more int;');
    await migrate(database.url, ours);
    const [analyst, writer] = [1, 2].map(() => new Client({ connectionString: database.url }));
    if (analyst === undefined || writer === undefined) throw new Error('two clients');
    await Promise.all([analyst.connect(), writer.connect()]);
    try {
      await analyst.query('begin');
      await analyst.query('select count(*) from cxone.contact');
      const waits: string[] = [];
      const patience = {
        attemptMs: 200,
        pauseMs: 200,
        totalMs: 60_000,
        onWait: (name: string) => void waits.push(name),
      };
      const migrating = migrate(database.url, folder, patience);
      while (waits.length < 3) {
        // A writer waits behind an attempt for as long as that takes, and never longer.
        await writer.query("set lock_timeout = '10s'");
        await writer.query(
          "insert into cxone.contact (tenant, contact_id, contact_start_date) values ('acme', 1, now()) on conflict do nothing",
        );
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      await analyst.query('commit');
      expect(await migrating).toEqual({ applied: ['9999-more.sql'] });
    } finally {
      await Promise.all([analyst.end(), writer.end()]);
    }
  });

  it('give up a lock that is not to be had in time, and say how to find who has it', async () => {
    writeFileSync(join(folder, '9999-more.sql'), 'alter table cxone.contact add column more int;');
    await migrate(database.url, ours);
    const analyst = new Client({ connectionString: database.url });
    await analyst.connect();
    try {
      await analyst.query('begin; select count(*) from cxone.contact');
      await expect(
        migrate(database.url, folder, { attemptMs: 50, pauseMs: 10, totalMs: 200 }),
      ).rejects.toMatchObject({
        code: 'DatabaseConflict',
        message: expect.stringContaining('9999-more.sql'),
        remedy: expect.stringContaining('pg_stat_activity'),
      });
      expect(await pendingMigrations(database.url, folder)).toEqual(['9999-more.sql']);
    } finally {
      await analyst.end();
    }
  });

  it('missing ones are an error that says what to run', async () => {
    const store = openStore({ url: database.url });
    await expect(store.watermarks.get('acme', 'agents')).rejects.toMatchObject({
      code: 'DatabaseNotMigrated',
      remedy: expect.stringContaining('cxone-sync migrate'),
    });
    await store.close();
  });
});
