import { createHash } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { StoreError, safely, sqlStateOf } from './errors';
import { connectionConfig, settle } from './pool';

interface Migration {
  readonly name: string;
  readonly sql: string;
  readonly sha256: string;
}

const oldestVersion = 15;
// Any number will do as long as every release uses the same: two migrations of one database must not run at once.
const lockKey = 7_235_119_664;

/** How a migration waits for the locks it needs, in ms. */
export interface LockPatience {
  /**
   * How long one attempt waits. All later sessions wait behind it, so it must be short for writers: behind a query
   * of an analyst that takes an hour a patient attempt would stop them for an hour.
   */
  readonly attemptMs: number;
  /** Between two attempts, in which writers get on. */
  readonly pauseMs: number;
  /** After so long it is given up. */
  readonly totalMs: number;
  /** Called after every failed attempt. */
  readonly onWait?: (migration: string) => void;
}

const usualPatience: LockPatience = { attemptMs: 2_000, pauseMs: 3_000, totalMs: 600_000 };

/** Making an index may take long; for ever it must not, when nothing comes any more. */
const longestQueryMs = 6 * 3_600_000;

async function readMigrations(folder: string): Promise<readonly Migration[]> {
  const names = (await readdir(folder)).filter((name) => /^\d{4}-[a-z0-9-]+\.sql$/.test(name)).sort();
  return Promise.all(
    names.map(async (name) => {
      // A checkout on Windows may have turned the line ends; that changes nothing that matters.
      const sql = (await readFile(join(folder, name), 'utf8')).replaceAll('\r\n', '\n');
      return { name, sql, sha256: createHash('sha256').update(sql).digest('hex') };
    }),
  );
}

async function refuseOldServer(client: Client): Promise<void> {
  const { rows } = await client.query<{ version: number }>(
    "select current_setting('server_version_num')::int / 10000 as version",
  );
  const version = rows[0]?.version ?? 0;
  if (version >= oldestVersion) return;
  const problem = `PostgreSQL ${version} is too old: ${oldestVersion} or later is needed`;
  throw new StoreError('DatabaseRefused', problem, 'Point DATABASE_URL at a newer server.');
}

async function appliedHashes(client: Client): Promise<ReadonlyMap<string, string>> {
  try {
    const { rows } = await client.query<{ name: string; sha256: string }>(
      'select name, sha256 from cxone.migration',
    );
    return new Map(rows.map(({ name, sha256 }) => [name, sha256]));
  } catch (error) {
    if (['42P01', '3F000'].includes(sqlStateOf(error) ?? '')) return new Map();
    throw error;
  }
}

async function pendingOf(client: Client, folder: string): Promise<readonly Migration[]> {
  const applied = await appliedHashes(client);
  const migrations = await readMigrations(folder);
  const changed = migrations.find(({ name, sha256 }) => (applied.get(name) ?? sha256) !== sha256);
  if (changed !== undefined) {
    const problem = `Migration ${changed.name} was changed after it had been applied to this database`;
    throw new StoreError('DatabaseRefused', problem, 'Restore the file; put changes into a new migration.');
  }
  return migrations.filter(({ name }) => !applied.has(name));
}

async function withClient<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  return safely(async () => {
    const client = new Client({
      ...connectionConfig(url, 'cxone-sync migrate'),
      query_timeout: longestQueryMs,
    });
    client.on('error', () => {});
    try {
      await client.connect();
      await settle(client, { statement_timeout: '0', lock_timeout: '0' });
      await refuseOldServer(client);
      return await work(client);
    } finally {
      await client.end().catch(() => {});
    }
  });
}

async function applyMigration(
  client: Client,
  { name, sql, sha256 }: Migration,
  attemptMs: number,
): Promise<string> {
  try {
    await client.query('begin');
    await client.query(`set local lock_timeout = ${attemptMs}`);
    await client.query(sql);
    await client.query('insert into cxone.migration (name, sha256) values ($1, $2)', [name, sha256]);
    await client.query('commit');
    return name;
  } catch (error) {
    await client.query('rollback');
    throw error;
  }
}

async function applyWhenFree(client: Client, migration: Migration, patience: LockPatience): Promise<string> {
  const deadline = Date.now() + patience.totalMs;
  for (;;) {
    try {
      return await applyMigration(client, migration, patience.attemptMs);
    } catch (error) {
      if (sqlStateOf(error) !== '55P03') throw error;
      if (Date.now() >= deadline) throw lockedFor(migration, patience.totalMs);
      patience.onWait?.(migration.name);
      await delay(patience.pauseMs);
    }
  }
}

function lockedFor({ name }: Migration, totalMs: number): StoreError {
  return new StoreError(
    'DatabaseConflict',
    `Migration ${name} got no lock within ${Math.round(totalMs / 1_000)} s: other sessions use the tables it changes`,
    "Nothing was changed by it. Find them with: select pid, application_name, xact_start from pg_stat_activity where xact_start < now() - interval '1 minute'; then run migrate again.",
    '55P03',
  );
}

/**
 * Brings the database up to date: the files of `migrations/` that it lacks, in order, each in a transaction of its own
 * and under a lock, so that several processes may call this at once. Answers the names of the files it applied.
 *
 * A runner of our own, because the well-kept libraries are ESM only on our lowest Node version or want files in a
 * format of theirs; ours are plain SQL that psql runs as well.
 *
 * What it changes others may be using: it waits for locks by short attempts, so that writers go on in between.
 *
 * Throws `StoreError`, also for a server older than 15, for an applied file that was changed since, and when locks are not
 * to be had in time.
 */
export async function migrate(
  url: string,
  folder = join(__dirname, '..', 'migrations'),
  patience: Partial<LockPatience> = {},
): Promise<{ applied: string[] }> {
  return withClient(url, async (client) => {
    await client.query('select pg_advisory_lock($1)', [lockKey]);
    // Not "create … if not exists", which asks for the right to create schemas even where a DBA has made this one.
    await client.query(
      "do $$ begin if to_regnamespace('cxone') is null then create schema cxone; end if; end $$",
    );
    await client.query(
      `create table if not exists cxone.migration
         (name text primary key, sha256 text not null, applied_at timestamptz not null default now())`,
    );
    const applied: string[] = [];
    for (const migration of await pendingOf(client, folder))
      applied.push(await applyWhenFree(client, migration, { ...usualPatience, ...patience }));
    return { applied };
  });
}

/** The names of the migrations this database lacks, without changing it; same errors as `migrate`. */
export async function pendingMigrations(
  url: string,
  folder = join(__dirname, '..', 'migrations'),
): Promise<string[]> {
  return withClient(url, async (client) => (await pendingOf(client, folder)).map(({ name }) => name));
}
