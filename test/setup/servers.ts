import { Connection } from '@temporalio/client';
import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { ensureNamespace, ensureSearchAttributes } from '../../ops/search-attributes';

/** A PostgreSQL server for tests; `url` belongs to a user who may create databases. */
export interface PostgresServer {
  /** Which server it is, for the names of tests: "PostgreSQL 18.4 (npm package)". */
  readonly label: string;
  readonly url: string;
}

export interface TestDatabase {
  readonly url: string;
  /** Removes the database, ending whoever is still connected. */
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

/** A database of its own, empty, on `server` (the private one by default). */
export async function createDatabase(server = postgresServers()[0]): Promise<TestDatabase> {
  if (server === undefined) throw new Error('this run has no PostgreSQL server');
  const name = `test_${randomBytes(6).toString('hex')}`;
  await execute(server.url, `create database ${name}`);
  const url = new URL(server.url);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => execute(server.url, `drop database if exists ${name} with (force)`) };
}

/**
 * A Temporal namespace of its own, with our search attributes: tests share task-queue names, and must not share runs.
 */
export async function createNamespace(): Promise<TestNamespace> {
  const address = fromGlobalSetup('TEST_TEMPORAL_ADDRESS');
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

async function execute(url: string, statement: string): Promise<void> {
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
