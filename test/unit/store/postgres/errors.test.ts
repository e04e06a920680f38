import { StoreError, safely, sqlStateOf, toStoreError } from '../../../../store/postgres/errors';

const pgError = (code: string, more: object = {}) =>
  Object.assign(new Error('invalid input syntax: "jane@example.com"'), {
    code,
    detail: 'Key (x)=(secret)',
    ...more,
  });

describe('errors of the store', () => {
  it.each([
    ['ECONNREFUSED', 'DatabaseUnavailable', true],
    ['ENOTFOUND', 'DatabaseUnavailable', true],
    ['57P01', 'DatabaseUnavailable', true],
    ['53300', 'DatabaseConnectionsUsedUp', true],
    ['08P01', 'DatabasePoolerRefused', true],
    ['25P03', 'DatabaseUnavailable', true],
    ['25P04', 'DatabaseUnavailable', true],
    ['08006', 'DatabaseUnavailable', true],
    ['42P01', 'DatabaseNotMigrated', false],
    ['42703', 'DatabaseNotMigrated', false],
    ['28P01', 'DatabaseRefused', false],
    ['3D000', 'DatabaseRefused', false],
    ['42501', 'DatabaseRefused', false],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'DatabaseRefused', false],
    ['53100', 'DatabaseFull', false],
    ['40P01', 'DatabaseConflict', true],
    ['40001', 'DatabaseConflict', true],
    ['55P03', 'DatabaseConflict', true],
    ['57014', 'DatabaseConflict', true],
    ['23505', 'DatabaseError', false],
    ['XX000', 'DatabaseError', true],
  ])('%s is %s', (code, expected, retryable) => {
    expect(toStoreError(pgError(code))).toMatchObject({ code: expected, retryable });
  });

  it.each([
    ['Connection terminated unexpectedly', 'DatabaseUnavailable'],
    ['timeout exceeded when trying to connect', 'DatabaseUnavailable'],
    ['Query read timeout', 'DatabaseUnavailable'],
    ['The server does not support SSL connections', 'DatabaseRefused'],
  ])('"%s", which has no code, is %s', (message, code) => {
    expect(toStoreError(new Error(message))).toMatchObject({ code });
  });

  it('say where, and nothing of what was there', () => {
    const error = toStoreError(
      pgError('23502', { table: 'contact', column: 'contact_id', where: 'COPY line 1' }),
    );
    expect(error).toBeInstanceOf(StoreError);
    const { message, remedy, cause, stack } = error as StoreError;
    expect(message).toBe('PostgreSQL reported an error (SQLSTATE 23502, contact.contact_id)');
    expect(cause).toBeUndefined();
    expect(`${message} ${remedy} ${stack} ${JSON.stringify(error)}`).not.toMatch(/jane|secret|COPY/);
  });

  it('name no place that does not look like one of ours', () => {
    const error = toStoreError(pgError('23505', { table: 'contact', constraint: 'Jane Roe, 1980-05-23' }));
    expect(error).toMatchObject({ message: 'PostgreSQL reported an error (SQLSTATE 23505, contact)' });
    const odd = Object.assign(new Error('Connection terminated'), { code: 'for Jane Roe' });
    expect(toStoreError(odd)).toMatchObject({ message: 'PostgreSQL cannot be reached' });
  });

  it('know their SQLSTATE before and after', () => {
    const error = pgError('40P01');
    expect(sqlStateOf(error)).toBe('40P01');
    expect(sqlStateOf(toStoreError(error))).toBe('40P01');
    expect(sqlStateOf(pgError('ECONNRESET'))).toBeUndefined();
    expect(sqlStateOf('40P01')).toBeUndefined();
  });

  it('leave what is not of the database alone', async () => {
    const own = new TypeError('a mistake of ours');
    expect(toStoreError(own)).toBe(own);
    await expect(safely(() => Promise.reject(own))).rejects.toBe(own);
    await expect(safely(() => Promise.reject(pgError('53100')))).rejects.toMatchObject({
      code: 'DatabaseFull',
    });
  });
});
