import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StoreError } from '../../../../store/postgres/errors';
import { secureConnection } from '../../../../store/postgres/tls';

const verified = { rejectUnauthorized: true };
const at = (host: string, query = '') => secureConnection(`postgres://user:pa%2Fss@${host}/cxone${query}`);

describe('TLS to PostgreSQL', () => {
  it.each(['127.0.0.1:5432', 'localhost', '[::1]:5433', '127.1.2.3'])('is off at loopback: %s', (host) => {
    expect(at(host).ssl).toBe(false);
  });

  it.each(['postgres:///cxone?host=/run/postgresql', 'postgres://user@%2Frun%2Fpostgresql/cxone'])(
    'is off at a socket on this machine: %s',
    (url) => {
      expect(secureConnection(url).ssl).toBe(false);
    },
  );

  it.each([
    'db.example.com',
    '10.0.0.5:5432',
    '[fd00::5]',
    'localhost.example.com',
    'postgres',
    '127.evil.example',
    '127.0.0.1.evil.example:5432',
    '127.1',
    '[::1:2]',
  ])('is required and verified beyond: %s', (host) => {
    expect(at(host).ssl).toEqual(verified);
  });

  it.each([
    '?host=db.example.com',
    '?host=127.evil.example',
    // The last one is what node-postgres connects to.
    '?host=localhost&host=db.example.com',
    '?host=%2Frun%2Fpostgresql&host=db.example.com',
  ])('takes the host parameter for the host, as the connection will: %s', (query) => {
    expect(at('localhost', query).ssl).toEqual(verified);
  });

  it('takes PGHOST for the host of a URL without one, as the connection will', () => {
    const before = process.env['PGHOST'];
    try {
      process.env['PGHOST'] = 'db.example.com';
      expect(secureConnection('postgres:///cxone').ssl).toEqual(verified);
      delete process.env['PGHOST'];
      expect(secureConnection('postgres:///cxone').ssl).toBe(false);
    } finally {
      if (before !== undefined) process.env['PGHOST'] = before;
    }
  });

  it('is never what PGSSLMODE says', () => {
    process.env['PGSSLMODE'] = 'disable';
    try {
      expect(at('db.example.com').ssl).toEqual(verified);
    } finally {
      delete process.env['PGSSLMODE'];
    }
  });

  it.each(['true', '1'])(
    'is on at loopback where ssl=%s asks for it, and cannot be put off by ssl',
    (asked) => {
      expect(at('localhost', `?ssl=${asked}`).ssl).toEqual(verified);
      expect(at('db.example.com', '?ssl=false').ssl).toEqual(verified);
    },
  );

  it.each(['prefer', 'allow', 'require', 'verify-ca', 'verify-full'])(
    'is verified with sslmode=%s',
    (mode) => {
      expect(at('db.example.com', `?sslmode=${mode}`).ssl).toEqual(verified);
      expect(at('localhost', `?sslmode=${mode}`).ssl).toEqual(verified);
    },
  );

  it('is off beyond loopback only with sslmode=disable', () => {
    expect(at('db.example.com', '?sslmode=disable').ssl).toBe(false);
    expect(at('db.example.com', '?sslmode=no-verify').ssl).toEqual({ rejectUnauthorized: false });
  });

  it('leaves no TLS parameter in the URL, which would overrule the decision, and the rest as it was', () => {
    const { connectionString } = at('db.example.com:6432', '?sslmode=disable&ssl=0&connect_timeout=5');
    expect(connectionString).toBe('postgres://user:pa%2Fss@db.example.com:6432/cxone?connect_timeout=5');
  });

  it('reads the files it is given', () => {
    const folder = mkdtempSync(join(tmpdir(), 'cxone-tls-'));
    try {
      writeFileSync(join(folder, 'ca.pem'), 'CA');
      const { ssl } = at('localhost', `?sslrootcert=${folder}/ca.pem`);
      expect(ssl).toEqual({ rejectUnauthorized: true, ca: Buffer.from('CA') });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it.each([
    ['not a url', 'is not a URL'],
    ['postgres://user:hunter2@db/cxone?sslmode=disabled', 'has an sslmode that does not exist'],
    ['mysql://user:hunter2@db/cxone', 'does not start with postgres://'],
    [
      'postgres://user:hunter2@db/cxone?sslrootcert=/nowhere/ca.pem',
      'names a file in sslrootcert that cannot be read',
    ],
  ])('refuses %s without echoing it', (url, problem) => {
    expect(() => secureConnection(url)).toThrow(StoreError);
    expect(() => secureConnection(url)).toThrow(`DATABASE_URL ${problem}`);
    expect(() => secureConnection(url)).not.toThrow(/hunter2/);
  });
});
