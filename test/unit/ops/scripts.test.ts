import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { repository, textOf } from './compose-file';
import { createStage } from './shell-script';

const read = (...path: string[]): string => readFileSync(join(...path), 'utf8').trimEnd();

describe('ops/create-secrets.sh', () => {
  it('makes every secret, each random, fit for a URL', async () => {
    const { folder, run } = createStage();
    const secrets = join(folder, 'secrets');
    expect((await run('create-secrets.sh', { args: [secrets] })).status).toBe(0);
    const passwords = ['postgres-password', 'temporal-database-password', 'cxone-database-password'].map(
      (name) => read(secrets, name),
    );
    expect(new Set(passwords).size).toBe(3);
    for (const password of passwords) expect(password).toMatch(/^[0-9a-f]{64}$/);
    const url = new URL(read(secrets, 'database-url'));
    expect(url).toMatchObject({
      username: 'cxone',
      password: passwords[2],
      host: 'postgres:5432',
      pathname: '/cxone',
    });
    expect(url.searchParams.get('sslmode')).toBe('disable');
  });

  it('leaves what is there as it is', async () => {
    const { folder, run } = createStage();
    const secrets = join(folder, 'secrets');
    mkdirSync(secrets);
    writeFileSync(join(secrets, 'database-url'), 'postgres://elsewhere');
    await run('create-secrets.sh', { args: [secrets] });
    const password = read(secrets, 'postgres-password');
    await run('create-secrets.sh', { args: [secrets] });
    expect(read(secrets, 'database-url')).toBe('postgres://elsewhere');
    expect(read(secrets, 'postgres-password')).toBe(password);
  });

  it('lets only the owner into the folder, and the users of containers read its files', async () => {
    const { folder, run } = createStage();
    const secrets = join(folder, 'secrets');
    mkdirSync(join(secrets, 'tenants'), { recursive: true });
    writeFileSync(join(secrets, 'tenants', 'acme-client-secret'), 'x', { mode: 0o600 });
    await run('create-secrets.sh', { args: [secrets] });
    const mode = (...path: string[]): string => (statSync(join(...path)).mode & 0o777).toString(8);
    expect(mode(secrets)).toBe('700');
    expect(mode(secrets, 'tenants')).toBe('755');
    expect(mode(secrets, 'tenants', 'acme-client-secret')).toBe('644');
    expect(mode(secrets, 'database-url')).toBe('644');
  });

  it('prints no secret', async () => {
    const { folder, run } = createStage();
    const { output } = await run('create-secrets.sh', { args: [join(folder, 'secrets')] });
    expect(output).toBe('');
  });
});

describe('ops/temporal/setup-schema.sh', () => {
  const tool = 'echo "$SQL_PLUGIN $SQL_DATABASE $SQL_PASSWORD $*" >> "$CALLS"; [ "$1" != "$BROKEN" ]';
  const withPassword = (folder: string): NodeJS.ProcessEnv => {
    writeFileSync(join(folder, 'password'), 'from-the-file\n');
    return { SQL_PASSWORD_FILE: join(folder, 'password') };
  };

  it('sets up and updates both databases, with the password of the file', async () => {
    const { folder, fake, run } = createStage();
    fake('temporal-sql-tool', tool);
    const { status, calls } = await run('temporal/setup-schema.sh', { env: withPassword(folder) });
    expect(status).toBe(0);
    expect(calls).toEqual([
      'postgres12 temporal from-the-file setup-schema --version 0.0',
      'postgres12 temporal from-the-file update-schema --schema-name postgresql/v12/temporal',
      'postgres12 temporal_visibility from-the-file setup-schema --version 0.0',
      'postgres12 temporal_visibility from-the-file update-schema --schema-name postgresql/v12/visibility',
    ]);
  });

  it('stops at the first step that fails', async () => {
    const { folder, fake, run } = createStage();
    fake('temporal-sql-tool', tool);
    const env = { ...withPassword(folder), BROKEN: 'update-schema' };
    const { status, calls } = await run('temporal/setup-schema.sh', { env });
    expect(status).not.toBe(0);
    expect(calls).toHaveLength(2);
  });

  it('does nothing without a password', async () => {
    const { fake, run } = createStage();
    fake('temporal-sql-tool', tool);
    const { status, calls } = await run('temporal/setup-schema.sh', {
      env: { SQL_PASSWORD_FILE: '/nowhere' },
    });
    expect(status).not.toBe(0);
    expect(calls).toEqual([]);
  });
});

describe('ops/temporal/start-server.sh', () => {
  it('becomes the server of the image, with the password of the file in its environment', async () => {
    const { folder, fake, run } = createStage();
    writeFileSync(join(folder, 'password'), 'from-the-file\n');
    fake('entrypoint', 'echo "$POSTGRES_PWD $DB" >> "$CALLS"; exit 7');
    const env = {
      POSTGRES_PWD_FILE: join(folder, 'password'),
      ENTRYPOINT: join(folder, 'entrypoint'),
      DB: 'postgres12',
    };
    expect(await run('temporal/start-server.sh', { env })).toMatchObject({
      status: 7,
      calls: ['from-the-file postgres12'],
    });
  });
});

describe('ops/postgres/create-databases.sh', () => {
  it('hands psql the folder of the secrets, never a secret', async () => {
    const { folder, fake, run } = createStage();
    fake('psql', 'echo "$*" >> "$CALLS"; cat >> "$CALLS"');
    for (const name of ['temporal', 'cxone']) {
      writeFileSync(join(folder, `${name}-database-password`), `canary-${name}`);
    }
    const { status, calls } = await run('postgres/create-databases.sh', { env: { SECRETS_FOLDER: folder } });
    expect(status).toBe(0);
    expect(calls[0]).toContain('--set ON_ERROR_STOP=1');
    expect(calls.join('\n')).not.toContain('canary');
  });

  it('makes a role and its databases for Temporal and for cxone-sync, closed to all others', () => {
    const text = textOf('ops', 'postgres', 'create-databases.sh');
    for (const [role, databases] of [
      ['temporal', ['temporal', 'temporal_visibility']],
      ['cxone', ['cxone']],
    ] as const) {
      expect(text).toContain(`create role ${role} login password`);
      for (const database of databases) expect(text).toContain(`create database ${database} owner ${role};`);
    }
    expect(text).toContain('revoke all on database temporal, temporal_visibility, cxone from public;');
    expect(text).not.toMatch(/superuser|createdb|createrole/i);
  });
});

describe('the shell scripts', () => {
  const scripts = readdirSync(join(repository, 'ops'), { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.sh'),
  );

  it.each(scripts)('%s can be executed by any POSIX shell and stops at errors', (name) => {
    expect(textOf('ops', name)).toMatch(/^#!\/bin\/sh\n(#.*\n)+set -eu\n/);
    expect(statSync(join(repository, 'ops', name)).mode & 0o111).toBe(0o111);
    expect(textOf('ops', name)).not.toMatch(/\[\[|\blocal \b|\bfunction /);
  });
});
