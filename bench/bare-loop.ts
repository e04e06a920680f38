import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Pool, type PoolClient } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { contactTable } from '../store/tables/contact-columns';
import { tokenOf } from './token';

/** Where the bare loop reads, and what it may use. */
export interface BareLoopOptions {
  readonly simulator: string;
  readonly credentials: Readonly<
    Record<'clientId' | 'clientSecret' | 'accessKeyId' | 'accessKeySecret', string>
  >;
  readonly databaseUrl: string;
  readonly from: string;
  readonly to: string;
  readonly pageSize: number;
}

type Contact = Readonly<Record<string, unknown>>;

/**
 * The floor that a sync is compared with: fetch, `JSON.parse`, COPY into a temporary table, upsert. No landing, no
 * validation, no ledger, no retry, no durability: what it does per second is what the machine can do.
 *
 * @returns contacts read and the time it took, in ms.
 */
export async function runBareLoop(
  options: BareLoopOptions,
): Promise<{ readonly contacts: number; readonly ms: number }> {
  const token = await tokenOf({ address: options.simulator, credentials: options.credentials });
  const pool = new Pool({ connectionString: options.databaseUrl, max: 1 });
  const client = await pool.connect();
  try {
    const columns = await createTables(client);
    const began = performance.now();
    let contacts = 0;
    // While one page is stored the next one is fetched.
    let next: Promise<readonly Contact[]> = fetchPage(options, token, 0);
    for (;;) {
      const page = await next;
      if (page.length === 0) break;
      contacts += page.length;
      next = fetchPage(options, token, contacts);
      await store(client, columns, page);
    }
    return { contacts, ms: performance.now() - began };
  } finally {
    client.release();
    await pool.end();
  }
}

/** Reads every page once, so that the simulator has made its data before anything is measured. */
export async function warmUp(options: BareLoopOptions): Promise<void> {
  const token = await tokenOf({ address: options.simulator, credentials: options.credentials });
  for (let skip = 0; ;) {
    const page = await fetchPage(options, token, skip);
    if (page.length === 0) return;
    skip += page.length;
  }
}

async function fetchPage(options: BareLoopOptions, token: string, skip: number): Promise<readonly Contact[]> {
  const endDate = new Date(Date.parse(options.to) - 1).toISOString();
  const query = new URLSearchParams({
    ...{ startDate: options.from, endDate, orderBy: 'contactStartDate asc', tags: 'true' },
    ...{ skip: String(skip), top: String(options.pageSize) },
  });
  const response = await fetch(
    `${options.simulator}/incontactapi/services/v34.0/contacts/completed?${query.toString()}`,
    {
      headers: { authorization: `Bearer ${token}`, accept: 'application/json' },
    },
  );
  if (response.status === 204) return [];
  if (!response.ok) throw new Error(`the simulator answers ${response.status}`);
  return ((await response.json()) as { readonly completedContacts: readonly Contact[] }).completedContacts;
}

/** One column for each field that the product types too; what else there is goes unstored. */
async function createTables(client: PoolClient): Promise<readonly string[]> {
  const columns = contactTable.columns.map(({ field, type }) => `"${field}" ${type}`).join(', ');
  await client.query(`drop table if exists bare; create table bare (${columns}, primary key ("contactId"))`);
  await client.query('create temp table bare_staging (like bare) on commit delete rows');
  return contactTable.columns.map(({ field }) => field);
}

async function store(
  client: PoolClient,
  columns: readonly string[],
  page: readonly Contact[],
): Promise<void> {
  const names = columns.map((name) => `"${name}"`).join(', ');
  const updates = columns.map((name) => `"${name}" = excluded."${name}"`).join(', ');
  await client.query('begin');
  const lines = page
    .map((contact) => `${columns.map((name) => encode(contact[name])).join('\t')}\n`)
    .join('');
  await pipeline(Readable.from([lines]), client.query(copyFrom(`copy bare_staging (${names}) from stdin`)));
  await client.query(
    `insert into bare (${names}) select ${names} from bare_staging
     on conflict ("contactId") do update set ${updates} where bare."lastUpdateTime" < excluded."lastUpdateTime"`,
  );
  await client.query('commit');
}

const special = /[\\\t\n\r]/g;
const escapes: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };

function encode(value: unknown): string {
  if (value === null || value === undefined) return '\\N';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return special.test(text) ? text.replace(special, (char) => escapes[char] ?? char) : text;
}
