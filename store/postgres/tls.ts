import { readFileSync } from 'node:fs';
import type { ConnectionOptions } from 'node:tls';
import { Client } from 'pg';
import { isThisMachine } from '../../network';
import { StoreError } from './errors';

const tlsParameters = [
  'ssl',
  'sslmode',
  'sslrootcert',
  'sslcert',
  'sslkey',
  'sslnegotiation',
  'uselibpqcompat',
];

export interface SecuredConnection {
  /** The URL without its TLS parameters: node-postgres lets those overrule what is passed beside it. */
  readonly connectionString: string;
  readonly ssl: false | ConnectionOptions;
}

/** This machine, or a socket on it. */
function isLocal(host: string): boolean {
  return host.startsWith('/') || isThisMachine(host);
}

/** The host as node-postgres will take it: a `host` parameter, given once or more, wins over the URL's, and PGHOST over none. */
function hostOf(connectionString: string): string {
  try {
    return new Client({ connectionString, ssl: false }).host;
  } catch {
    throw refused('cannot be read');
  }
}

const modes = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full', 'no-verify'];
const meansTls: ReadonlySet<string> = new Set(['true', '1', 'on', 'yes', 'require']);

function refused(problem: string): StoreError {
  return new StoreError(
    'DatabaseRefused',
    `DATABASE_URL ${problem}`,
    'Expected postgres://user:password@host:port/database',
  );
}

function readPem(path: string | null, parameter: string): Buffer | undefined {
  if (path === null) return undefined;
  try {
    return readFileSync(path);
  } catch {
    throw refused(`names a file in ${parameter} that cannot be read`);
  }
}

/**
 * Decides on TLS for a database URL. Beyond loopback TLS with a verified certificate
 * is the rule, also for `sslmode=prefer` and `require`, since an unverified peer gives no protection on the path;
 * `sslmode=disable` turns TLS off, `sslmode=no-verify` only the verification. At loopback and at a Unix socket TLS is off
 * unless asked for, by `sslmode`, `ssl=true` or a file. `sslrootcert`, `sslcert` and `sslkey` name PEM files. Of a
 * parameter given twice the last one counts, as for node-postgres.
 *
 * @throws {StoreError} DatabaseRefused, never echoing the URL.
 */
export function secureConnection(databaseUrl: string): SecuredConnection {
  if (!URL.canParse(databaseUrl)) throw refused('is not a URL');
  const url = new URL(databaseUrl);
  if (url.protocol !== 'postgres:' && url.protocol !== 'postgresql:')
    throw refused('does not start with postgres://');
  const last = (parameter: string): string | null => url.searchParams.getAll(parameter).at(-1) ?? null;
  const mode = last('sslmode');
  if (mode !== null && !modes.includes(mode))
    throw refused(`has an sslmode that does not exist (${modes.join(', ')} do)`);
  const ca = readPem(last('sslrootcert'), 'sslrootcert');
  const cert = readPem(last('sslcert'), 'sslcert');
  const key = readPem(last('sslkey'), 'sslkey');
  const asked = meansTls.has(last('ssl') ?? '') || ca !== undefined || cert !== undefined;
  for (const parameter of tlsParameters) url.searchParams.delete(parameter);
  const wanted = mode === null ? asked || !isLocal(hostOf(url.href)) : mode !== 'disable';
  const ssl = wanted && {
    rejectUnauthorized: mode !== 'no-verify',
    ...(ca && { ca }),
    ...(cert && { cert }),
    ...(key && { key }),
  };
  return { connectionString: url.href, ssl };
}
