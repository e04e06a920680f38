import {
  chmodSync,
  cpSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Client } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { type PostgresOptions, type RunningPostgres, startPostgres } from '../../../local/postgres';
import {
  embeddedPostgres,
  findPostgresInstallations,
  oldestSupportedMajor,
} from '../../../local/postgres-binaries';
import { canRun } from '../../../local/server-user';
import { runScript, until } from '../../setup/script';

const isRoot = process.getuid?.() === 0;
const stranger = { uid: 65534, gid: 65534 };
/** What only makes sense as root, or as an ordinary user, is no test elsewhere rather than a skipped one. */
function testIf(condition: boolean): (name: string, body: () => Promise<void>) => void {
  return (name, body) => void (condition && test(name, body));
}

const asRoot = testIf(isRoot);
const asOrdinaryUser = testIf(!isRoot);
const asStranger = testIf(
  isRoot && canRun(stranger, process.execPath, [join(process.cwd(), 'jest.config.js')]),
);

let folder: string;
let messages: string[];
const running: RunningPostgres[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cxone-sync-test-'));
  chmodSync(folder, 0o711);
  messages = [];
});

afterEach(async () => {
  for (const server of running.splice(0)) {
    await server.stop();
    rmSync(server.dataDir, { recursive: true, force: true });
  }
  rmSync(folder, { recursive: true, force: true });
});

async function start(more: Partial<PostgresOptions> = {}): Promise<RunningPostgres> {
  const server = await startPostgres({
    dataDir: join(folder, 'data'),
    durable: false,
    log: (message) => void messages.push(message),
    ...more,
  });
  running.push(server);
  return server;
}

async function query(url: string, text: string): Promise<readonly Record<string, unknown>[]> {
  const client = new Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
}

/** The number of the server process, while there is one. */
const postmasterPid = (dataDir: string): number =>
  Number.parseInt(readFileSync(join(dataDir, 'cluster', 'postmaster.pid'), 'utf8'), 10);

describe('a private PostgreSQL server', () => {
  test('answers on loopback with the database that was asked for', async () => {
    const server = await start({ database: 'cxone demo' });
    const rows = await query(
      server.url,
      "select current_database() as db, current_setting('server_version') as version, current_setting('server_encoding') as encoding",
    );
    expect(rows).toEqual([{ db: 'cxone demo', version: server.version, encoding: 'UTF8' }]);
    expect(new URL(server.url).hostname).toBe('127.0.0.1');
    expect(
      await query(server.url, "select setting from pg_settings where name like 'unix_socket_dir%'"),
    ).toEqual([{ setting: '' }]);
  });

  test('takes a COPY', async () => {
    const server = await start();
    const client = new Client({ connectionString: server.url });
    await client.connect();
    await client.query('create table pair (a int, b text)');
    const lines = Array.from({ length: 1000 }, (_, index) => `${index}\tline ${index}\n`);
    await pipeline(Readable.from(lines), client.query(copyFrom('copy pair from stdin')));
    expect((await client.query('select count(*)::int as n, max(b) as b from pair')).rows).toEqual([
      { n: 1000, b: 'line 999' },
    ]);
    await client.end();
  });

  test('lets no one in without the password, which only a private file holds', async () => {
    const server = await start();
    const url = new URL(server.url);
    const { password } = url;
    url.password = 'wrong';
    await expect(query(url.href, 'select 1')).rejects.toThrow(/password authentication failed/);
    expect(server.psql).not.toContain(password);
    expect(messages.join()).not.toContain(password);
    const file = /PGPASSFILE='([^']+)'/.exec(server.psql)?.[1] ?? '';
    expect(readFileSync(file, 'utf8')).toContain(password);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  test('keeps its data over a restart', async () => {
    const first = await start({ database: 'kept' });
    await query(first.url, 'create table note as select 42 as answer');
    await first.stop();
    const second = await start({ database: 'kept' });
    expect(await query(second.url, 'select * from note')).toEqual([{ answer: 42 }]);
  });

  test('starts over when asked to', async () => {
    const first = await start();
    await query(first.url, 'create table note (answer int)');
    await first.stop();
    const second = await start({ fresh: true });
    await expect(query(second.url, 'select * from note')).rejects.toThrow(/does not exist/);
  });

  test('takes another port when the wanted one is in use', async () => {
    const first = await start();
    const second = await start({ dataDir: join(folder, 'other'), port: first.port });
    expect(second.port).not.toBe(first.port);
    expect(await query(second.url, 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  test('starts again after it was killed, although its lock file names a process that runs', async () => {
    const first = await start();
    await query(first.url, 'create table note as select 42 as answer');
    const lock = join(first.dataDir, 'cluster', 'postmaster.pid');
    process.kill(postmasterPid(first.dataDir), 'SIGKILL');
    await first.exited;
    // As if the process id had since been given to another process: ourselves.
    const lines = readFileSync(lock, 'utf8').split('\n');
    writeFileSync(lock, [process.pid, ...lines.slice(1)].join('\n'));
    const second = await start();
    expect(await query(second.url, 'select * from note')).toEqual([{ answer: 42 }]);
  });

  test('starts over when the creation of its data was interrupted', async () => {
    mkdirSync(join(folder, 'data', 'cluster.new'), { recursive: true });
    writeFileSync(join(folder, 'data', 'cluster.new', 'PG_VERSION'), '18\n');
    const server = await start();
    expect(await query(server.url, 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  test('says why it does not start', async () => {
    const first = await start();
    await first.stop();
    writeFileSync(join(first.dataDir, 'cluster', 'postgresql.conf'), 'no_such_setting = 1\n');
    await expect(start()).rejects.toThrow(/did not start: it exited with status 1[^]*no_such_setting/);
  });

  test('says what to do when another version made the data', async () => {
    const first = await start();
    await first.stop();
    writeFileSync(join(first.dataDir, 'cluster', 'PG_VERSION'), '14\n');
    await expect(start()).rejects.toThrow(/made by PostgreSQL 14.*--fresh/);
  });
});

describe('where the server user cannot go', () => {
  asRoot('the data lie under /var/tmp, which is said, and are found again', async () => {
    chmodSync(folder, 0o700);
    const first = await start();
    expect(first.dataDir).toMatch(/^\/var\/tmp\/cxone-sync-/);
    expect(messages).toEqual([expect.stringContaining(first.dataDir)]);
    await query(first.url, 'create table note (answer int)');
    await first.stop();
    const second = await start();
    expect(await query(second.url, 'select * from note')).toEqual([]);
  });

  asRoot('the programs are copied to where it can run them', async () => {
    const installation = embeddedPostgres();
    if (installation === undefined) return;
    const closed = join(folder, 'closed');
    mkdirSync(closed, { mode: 0o700 });
    cpSync(join(installation.bin, '..'), join(closed, 'native'), { recursive: true, verbatimSymlinks: true });
    const version = `test-${process.pid}`;
    writeFileSync(join(closed, 'package.json'), JSON.stringify({ version }));
    const copy = `/var/tmp/cxone-sync-0-postgresql-${version}`;
    try {
      const server = await start({ binaries: { ...installation, bin: join(closed, 'native', 'bin') } });
      expect(await query(server.url, 'select 1 as one')).toEqual([{ one: 1 }]);
      expect(statSync(copy).mode & 0o777).toBe(0o755);
    } finally {
      rmSync(copy, { recursive: true, force: true });
    }
  });
});

describe('the one who starts it', () => {
  const start65534 = (
    dataDir: string,
  ): ReturnType<typeof runScript<{ url: string; dataDir: string; version: string; uid: number }>> =>
    runScript(join(__dirname, 'parent.ts'), { args: ['postgres', dataDir], ...stranger });

  asRoot('root runs it as uid 65534', async () => {
    const server = await start();
    expect(statSync(join(server.dataDir, 'cluster')).uid).toBe(stranger.uid);
  });

  asStranger('an ordinary user runs it as that user', async () => {
    chmodSync(folder, 0o777);
    const { process: parent, answer } = await start65534(join(folder, 'data'));
    try {
      expect(answer).toMatchObject({ uid: stranger.uid, dataDir: join(folder, 'data') });
      expect(await query(answer.url, 'select 1 as one')).toEqual([{ one: 1 }]);
    } finally {
      parent.kill('SIGKILL');
      await until('the server has gone', () => !isAlive(answer.dataDir));
    }
  });

  asStranger('an ordinary user gets an error when the data are root’s', async () => {
    mkdirSync(join(folder, 'data'));
    await expect(start65534(join(folder, 'data'))).rejects.toThrow(/was made by another user/);
  });

  test('its death by SIGKILL stops the server, and the next start waits for that', async () => {
    const { process: parent, answer } = await runScript<{ url: string; dataDir: string }>(
      join(__dirname, 'parent.ts'),
      { args: ['postgres', join(folder, 'data')] },
    );
    await query(answer.url, 'create table note (answer int)');
    const client = new Client({ connectionString: answer.url });
    client.on('error', () => undefined);
    await client.connect();
    parent.kill('SIGKILL');
    const next = await start();
    expect(await query(next.url, 'select * from note')).toEqual([]);
    await expect(client.query('select 1')).rejects.toThrow();
    await client.end();
  });

  test('two runs cannot use the same data at once', async () => {
    const first = await start();
    const second = startPostgres({ dataDir: join(folder, 'data'), log: () => undefined });
    await expect(second).rejects.toThrow(/Another run uses the PostgreSQL data/);
    expect(await query(first.url, 'select 1 as one')).toEqual([{ one: 1 }]);
  });
});

describe('the server programs', () => {
  /** A copy of the npm package as npm leaves it when it does not run install scripts. */
  function unpacked(): string {
    const root = join(folder, 'package');
    const native = join(embeddedPostgres()?.bin ?? '', '..');
    cpSync(native, join(root, 'native'), { recursive: true, verbatimSymlinks: true });
    writeFileSync(join(root, 'package.json'), JSON.stringify({ version: `test-${process.pid}` }));
    for (const name of readdirSync(join(root, 'native', 'lib'))) {
      const file = join(root, 'native', 'lib', name);
      if (lstatSync(file).isSymbolicLink()) rmSync(file);
    }
    return root;
  }

  if (embeddedPostgres() !== undefined) {
    test('of the npm package work without its install script', async () => {
      const binaries = embeddedPostgres(unpacked());
      expect(binaries?.bin).toBe(join(folder, 'package', 'native', 'bin'));
      const server = await start(binaries && { binaries });
      expect(await query(server.url, 'select 1 as one')).toEqual([{ one: 1 }]);
    });

    asOrdinaryUser('of the npm package are copied where the package cannot be written', async () => {
      const root = unpacked();
      chmodSync(join(root, 'native', 'lib'), 0o555);
      const binaries = embeddedPostgres(root);
      chmodSync(join(root, 'native', 'lib'), 0o755);
      expect(binaries?.bin).toMatch(/^\/var\/tmp\/cxone-sync-\d+-postgresql-test-/);
      const server = await start(binaries && { binaries });
      expect(await query(server.url, 'select 1 as one')).toEqual([{ one: 1 }]);
      rmSync(join(binaries?.bin ?? '', '..', '..'), { recursive: true });
    });
  }

  test('on the machine are listed oldest first, from the oldest supported one on', () => {
    const majors = findPostgresInstallations().map(({ major }) => major);
    expect(majors).toEqual([...majors].sort((a, b) => a - b));
    expect(majors.every((major) => major >= oldestSupportedMajor)).toBe(true);
  });

  for (const binaries of findPostgresInstallations()) {
    test(`on the machine run too: ${binaries.version}`, async () => {
      const server = await start({ binaries });
      expect(server.version).toBe(binaries.version);
      expect(await query(server.url, 'select 1 as one')).toEqual([{ one: 1 }]);
    });
  }
});

function isAlive(dataDir: string): boolean {
  try {
    process.kill(postmasterPid(dataDir), 0);
    return true;
  } catch {
    return false;
  }
}
