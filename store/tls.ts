import { readFileSync } from 'node:fs';
import type { ConnectionOptions } from 'node:tls';
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

function isLoopback(host: string): boolean {
  return (
    host === '' ||
    host.startsWith('/') ||
    host === 'localhost' ||
    host === '[::1]' ||
    host === '::1' ||
    host.startsWith('127.')
  );
}

function refused(problem: string): StoreError {
  return new StoreError(
    'DatabaseRefused',
    `DATABASE_URL ${problem}`,
    'Expected postgres://user:password@host:port/database',
    false,
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
 * Decides on TLS for a database URL (interfaces.md, `DATABASE_URL`). Beyond loopback TLS with a verified certificate
 * is the rule, also for `sslmode=prefer` and `require`, since an unverified peer protects from nobody on the path;
 * `sslmode=disable` turns TLS off, `sslmode=no-verify` only the verification. At loopback TLS is off unless asked for.
 * `sslrootcert`, `sslcert` and `sslkey` name PEM files. Throws `StoreError` (DatabaseRefused), never echoing the URL.
 */
export function secureConnection(databaseUrl: string): SecuredConnection {
  if (!URL.canParse(databaseUrl)) throw refused('is not a URL');
  const url = new URL(databaseUrl);
  if (url.protocol !== 'postgres:' && url.protocol !== 'postgresql:')
    throw refused('does not start with postgres://');
  const mode = url.searchParams.get('sslmode');
  const ca = readPem(url.searchParams.get('sslrootcert'), 'sslrootcert');
  const cert = readPem(url.searchParams.get('sslcert'), 'sslcert');
  const key = readPem(url.searchParams.get('sslkey'), 'sslkey');
  const host = url.searchParams.get('host') ?? url.hostname;
  for (const parameter of tlsParameters) url.searchParams.delete(parameter);
  const wanted = mode === null ? !isLoopback(host) || ca !== undefined : mode !== 'disable';
  const ssl = wanted && {
    rejectUnauthorized: mode !== 'no-verify',
    ...(ca && { ca }),
    ...(cert && { cert }),
    ...(key && { key }),
  };
  return { connectionString: url.href, ssl };
}
