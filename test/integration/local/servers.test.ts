import { Client } from 'pg';
import { createDatabase, postgresServers } from '../../setup/servers';

async function ask(url: string, text: string): Promise<readonly unknown[]> {
  const client = new Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query({ text, rowMode: 'array' })).rows;
  } finally {
    await client.end();
  }
}

describe.each(postgresServers())('a test database on $label', (server) => {
  test('is empty, of its own, and can be dropped even while a client is connected', async () => {
    const one = await createDatabase(server);
    const two = await createDatabase(server);
    await ask(one.url, 'create table note (answer int)');
    expect(await ask(two.url, "select 1 from pg_tables where schemaname = 'public'")).toEqual([]);
    const client = new Client({ connectionString: one.url });
    client.on('error', () => undefined);
    await client.connect();
    await Promise.all([one.drop(), two.drop()]);
    await expect(ask(one.url, 'select 1')).rejects.toThrow(/does not exist/);
    await client.end();
  });

  test('is on a supported PostgreSQL', async () => {
    const [[version]] = (await ask(
      server.url,
      "select current_setting('server_version_num')::int / 10000",
    )) as [[number]];
    expect(version).toBeGreaterThanOrEqual(15);
  });
});
