import { Connection } from '@temporalio/client';
import { randomBytes } from 'node:crypto';
import { readdirSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { ensureNamespace, ensureSearchAttributes } from '../../ops/search-attributes';

/** A database of each server that is migrated and never connected to: copying it is quicker than migrating. */
export const templateDatabase = 'cxone_sync_test_template';

/** A PostgreSQL server for tests; `url` belongs to a user who may create databases. */
export interface PostgresServer {
  /** Which server it is, for the names of tests: "PostgreSQL 18.4 (npm package)". */
  readonly label: string;
  readonly url: string;
}

export interface TestDatabase {
  readonly url: string;
  /** Removes the database, ending all connections to it. */
  drop(): Promise<void>;
}

export interface TestNamespace {
  readonly address: string;
  readonly namespace: string;
}

/**
 * The servers of this run: the private one first, the oldest supported version second where the machine has it.
 * For `describe.each(postgresServers())('$label', …)`.
 */
export function postgresServers(): readonly PostgresServer[] {
  return JSON.parse(fromGlobalSetup('TEST_POSTGRES')) as readonly PostgresServer[];
}

/** A database of its own, migrated, on `server` (the private one by default). */
export async function createMigratedDatabase(server = postgresServers()[0]): Promise<TestDatabase> {
  return makeDatabase(server, ` template ${templateDatabase}`);
}

/** The same, empty. */
export async function createDatabase(server = postgresServers()[0]): Promise<TestDatabase> {
  return makeDatabase(server, '');
}

async function makeDatabase(server: PostgresServer | undefined, template: string): Promise<TestDatabase> {
  if (server === undefined) throw new Error('this run has no PostgreSQL server');
  const name = `test_${randomBytes(6).toString('hex')}`;
  await execute(server.url, `create database ${name}${template}`);
  const url = new URL(server.url);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => execute(server.url, `drop database if exists ${name} with (force)`) };
}

/**
 * A Temporal namespace of its own, with our search attributes: tests share task-queue names, and must not share runs.
 */
export async function createNamespace(): Promise<TestNamespace> {
  const address = fromGlobalSetup('TEST_TEMPORAL_ADDRESS');
  const made = takeNamespace(process.env['TEST_NAMESPACES']);
  if (made !== undefined) return { address, namespace: made };
  const namespace = `test-${randomBytes(6).toString('hex')}`;
  const connection = await Connection.connect({ address });
  try {
    await ensureNamespace(connection, namespace, { retentionDays: 1 });
    await ensureSearchAttributes(connection, namespace);
  } finally {
    await connection.close();
  }
  return { address, namespace };
}

/** One of those that the global set-up had made, which no other test has taken; undefined when all are taken. */
function takeNamespace(folder: string | undefined): string | undefined {
  if (folder === undefined) return undefined;
  for (const name of readdirSync(folder)) {
    try {
      // Of several processes only one can remove the file.
      unlinkSync(join(folder, name));
      return name;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
  return undefined;
}

/** The workflows of the sources, bundled once for the whole run. */
export function workflowBundle(): { readonly codePath: string } {
  return { codePath: fromGlobalSetup('TEST_WORKFLOW_BUNDLE') };
}

/** Runs one statement on a connection of its own. */
export async function execute(url: string, statement: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

function fromGlobalSetup(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set: test/setup/global-setup.ts sets it`);
  return value;
}
