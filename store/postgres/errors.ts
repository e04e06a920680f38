import { types } from 'node:util';
import { CodedError, errorTable, type StoreErrorCode } from '../../errors';

/**
 * An error that is safe to show anywhere. It deliberately keeps no `cause`: what PostgreSQL says about a failed
 * statement (`message`, `detail`, `where`) quotes row values, which here are personal data.
 */
export class StoreError extends CodedError<StoreErrorCode> {
  override readonly name = 'StoreError';

  constructor(
    code: StoreErrorCode,
    message: string,
    remedy?: string,
    readonly sqlState?: string,
  ) {
    super(code, message, remedy);
  }

  /** A fault inside the server (SQLSTATE XX…) may pass by itself, whatever else an error without a code of its own may not. */
  override get retryable(): boolean {
    return super.retryable || this.sqlState?.startsWith('XX') === true;
  }
}

const codesBySqlState: readonly (readonly [RegExp, StoreErrorCode])[] = [
  [/^533/, 'DatabaseConnectionsUsedUp'],
  // PostgreSQL itself says so only of a client that is at fault; PgBouncer of all that it refuses or gives up.
  [/^08P01/, 'DatabasePoolerRefused'],
  // 25P03 and 25P04: one of our transactions or sessions was ended, since this process had stopped for too long.
  [/^(08|57P0|532|25006|25P0[34])/, 'DatabaseUnavailable'],
  [/^(42P01|42703|3F000|42883|42P10)$/, 'DatabaseNotMigrated'],
  [/^(28|3D000|42501)/, 'DatabaseRefused'],
  [/^53[14]/, 'DatabaseFull'],
  [/^(40|55P03|57014)/, 'DatabaseConflict'],
];

const unreachable = /^(ECONN|EPIPE|ENOTFOUND|EAI_|ETIMEDOUT|EHOST|ENET|ENOENT)/;
const untrusted = /^(CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|ERR_TLS|ERR_SSL|HOSTNAME_MISMATCH|EPROTO)/;
// node-postgres gives these no code; the wordings are those of pg 8 and pg-pool 3.
const lostConnection =
  /^(Connection terminated|Client has encountered|timeout exceeded when|Client was closed|Query read timeout)/;
const noTls = /^The server does not support SSL/;

function classify(code: string, message: string): StoreErrorCode | undefined {
  if (/^[0-9A-Z]{5}$/.test(code) && /\d/.test(code)) {
    return codesBySqlState.find(([pattern]) => pattern.test(code))?.[1] ?? 'DatabaseError';
  }
  if (unreachable.test(code) || lostConnection.test(message)) return 'DatabaseUnavailable';
  return untrusted.test(code) || noTls.test(message) ? 'DatabaseRefused' : undefined;
}

/** Names of tables, columns and constraints as this schema has them; what looks otherwise may be a value. */
const identifier = /^[a-z_][a-z0-9_]{0,62}$/;

/** The operating system's or OpenSSL's code; a pooler in between may send anything in its place. */
function systemCode(code: unknown): string | undefined {
  return typeof code === 'string' && /^E?[A-Z][A-Z0-9_]{2,59}$/.test(code) ? code : undefined;
}

/** The SQLSTATE of an error thrown by node-postgres or by this store; undefined for anything else. */
export function sqlStateOf(error: unknown): string | undefined {
  if (error instanceof StoreError) return error.sqlState;
  const code = types.isNativeError(error) && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) && /\d/.test(code) ? code : undefined;
}

/**
 * Turns an error of node-postgres into a `StoreError` whose text names the SQLSTATE and, where PostgreSQL gives them,
 * the table and column or constraint: our own names, never values. Errors from elsewhere come back unchanged.
 */
export function toStoreError(error: unknown): unknown {
  if (!types.isNativeError(error) || error instanceof StoreError) return error;
  const fields = error as Error & Readonly<Record<'code' | 'table' | 'column' | 'constraint', unknown>>;
  const code = classify(typeof fields.code === 'string' ? fields.code : '', error.message);
  if (code === undefined) return error;
  const sqlState = sqlStateOf(error);
  const place = [fields.table, fields.column ?? fields.constraint]
    .filter((name) => typeof name === 'string' && identifier.test(name))
    .join('.');
  const details = [sqlState && `SQLSTATE ${sqlState}`, !sqlState && systemCode(fields.code), place]
    .filter(Boolean)
    .join(', ');
  const { message } = errorTable[code];
  return new StoreError(code, details === '' ? message : `${message} (${details})`, undefined, sqlState);
}

/** Runs `work` and lets only errors through that are safe to show. */
export async function safely<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw toStoreError(error);
  }
}
