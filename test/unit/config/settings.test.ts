import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadSettings, type Need, type Problem, SettingsError } from '../../../config';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'settings-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function problemsOf(env: Record<string, string>, need: readonly Need[]): readonly Problem[] {
  try {
    loadSettings(env, need);
    return [];
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    return error.problems;
  }
}

const url = 'postgresql://user:canary@db.example.com:5432/cxone?sslmode=require';

describe('settings', () => {
  it('are read for the parts that are needed, and for no others', () => {
    expect(loadSettings({ DATABASE_URL: url, LOG_LEVEL: 'loud' }, ['database'])).toEqual({
      database: { url },
    });
    expect(loadSettings({}, [])).toEqual({});
  });

  it('have defaults', () => {
    expect(loadSettings({}, ['tenants', 'worker', 'logging', 'temporal'])).toEqual({
      tenants: { file: 'tenants.json' },
      worker: {
        metrics: null,
        health: { host: '127.0.0.1', port: 8080, isSet: false },
        shutdownGraceSeconds: 30,
        build: null,
        landingRetentionDays: 7,
        maxRecordingBytes: 2_048_000_000,
        minFreeBytes: 1_000_000_000,
      },
      logging: { level: 'info', format: undefined },
      temporal: { env: {} },
    });
  });

  it('count as not given when they are empty', () => {
    expect(
      loadSettings({ LOG_LEVEL: '', TENANTS_FILE: '', DATABASE_URL_FILE: '' }, ['logging', 'tenants']),
    ).toMatchObject({
      logging: { level: 'info' },
      tenants: { file: 'tenants.json' },
    });
  });

  it('are turned into values', () => {
    const env = {
      RECORDINGS_URL: 'file:///var/lib/my%20recordings',
      METRICS_ADDRESS: '[::1]:0',
      HEALTH_ADDRESS: 'off',
      SHUTDOWN_GRACE_SECONDS: '0',
      WORKER_BUILD_ID: '1.4.0-2f1b396',
      LOG_LEVEL: 'debug',
      LOG_FORMAT: 'json',
    };
    expect(loadSettings(env, ['recordings', 'worker', 'logging'])).toMatchObject({
      recordings: {
        url: 'file:///var/lib/my%20recordings',
        s3: { forcePathStyle: false, serverSideEncryption: null, kmsKeyId: undefined },
      },
      worker: {
        metrics: { host: '::1', port: 0, isSet: true },
        health: null,
        shutdownGraceSeconds: 0,
        build: { deploymentName: 'cxone-sync', buildId: '1.4.0-2f1b396' },
      },
      logging: { level: 'debug', format: 'json' },
    });
    expect(loadSettings({ HEALTH_ADDRESS: ':9000' }, ['worker']).worker.health).toEqual({
      host: '0.0.0.0',
      port: 9000,
      isSet: true,
    });
    expect(loadSettings({}, ['worker']).worker).toMatchObject({ metrics: null, health: { isSet: false } });
  });

  it.each<[string, string, Need]>([
    ['DATABASE_URL', 'mysql://user:canary@host/db', 'database'],
    ['DATABASE_URL', 'canary', 'database'],
    ['RECORDINGS_URL', '/var/lib/recordings', 'recordings'],
    ['RECORDINGS_URL', 'file://server/share', 'recordings'],
    ['RECORDINGS_URL', 's3://', 'recordings'],
    ['RECORDINGS_URL', 's3://Bucket_/prefix', 'recordings'],
    ['RECORDINGS_URL', 's3://bucket//prefix', 'recordings'],
    ['RECORDINGS_S3_FORCE_PATH_STYLE', 'yes', 'recordings'],
    ['RECORDINGS_S3_SSE', 'AES128', 'recordings'],
    ['TEMPORAL_ADDRESS', 'temporal', 'temporal'],
    ['METRICS_ADDRESS', '127.0.0.1', 'worker'],
    ['METRICS_ADDRESS', '127.0.0.1:70000', 'worker'],
    ['HEALTH_ADDRESS', 'http://127.0.0.1:1', 'worker'],
    ['SHUTDOWN_GRACE_SECONDS', '5000', 'worker'],
    ['SHUTDOWN_GRACE_SECONDS', '1.5', 'worker'],
    ['WORKER_BUILD_ID', 'of today', 'worker'],
    ['WORKER_DEPLOYMENT_NAME', 'cxone.sync', 'worker'],
    ['LOG_LEVEL', 'loud', 'logging'],
    ['LOG_FORMAT', 'xml', 'logging'],
  ])('%s may not be %s', (name, value, need) => {
    const [problem, ...others] = problemsOf({ RECORDINGS_URL: 's3://bucket', [name]: value }, [need]);
    expect(others).toEqual([]);
    expect(problem).toMatchObject({
      name,
      expected: expect.stringMatching(/\w/),
      remedy: expect.stringContaining(name),
    });
    expect(JSON.stringify(problem)).not.toContain('canary');
    if (name !== 'DATABASE_URL') expect(problem?.problem).toContain(value);
  });

  it('name a bucket and how it encrypts', () => {
    const env = {
      RECORDINGS_URL: 's3://cxone.recordings/a/b-2',
      RECORDINGS_S3_FORCE_PATH_STYLE: 'true',
      RECORDINGS_S3_SSE: 'aws:kms',
      RECORDINGS_S3_KMS_KEY_ID: 'alias/mine',
    };
    expect(loadSettings(env, ['recordings']).recordings).toEqual({
      url: 's3://cxone.recordings/a/b-2',
      s3: {
        forcePathStyle: true,
        serverSideEncryption: 'aws:kms',
        kmsKeyId: 'alias/mine',
        checksums: 'sha256',
      },
    });
    expect(problemsOf({ ...env, RECORDINGS_S3_SSE: 'AES256' }, ['recordings'])).toMatchObject([
      { name: 'RECORDINGS_S3_KMS_KEY_ID', remedy: expect.stringContaining('aws:kms') },
    ]);
  });

  it('never show credentials that were written into an address', () => {
    const [problem] = problemsOf({ RECORDINGS_URL: 's3://key:canary@bucket/x' }, ['recordings']);
    expect(problem?.problem).toContain('//…@bucket/x');
    expect(JSON.stringify(problem)).not.toContain('canary');
  });

  it('are all reported together, in a message an operator can read', () => {
    const env = { LOG_LEVEL: 'loud', METRICS_ADDRESS: 'x' };
    expect(problemsOf(env, ['database', 'recordings', 'worker', 'logging']).map(({ name }) => name)).toEqual([
      'DATABASE_URL',
      'RECORDINGS_URL',
      'METRICS_ADDRESS',
      'LOG_LEVEL',
    ]);
    expect(() => loadSettings(env, ['database', 'logging'])).toThrow(
      'DATABASE_URL is not set; expected a PostgreSQL URL such as postgresql://user:password@host:5432/database. ' +
        'Set DATABASE_URL or DATABASE_URL_FILE.\nLOG_LEVEL "loud" is not a log level; expected debug, info, warn or error.',
    );
  });
});

describe('settings from files', () => {
  const file = (name: string, content: string) => {
    const path = join(folder, name);
    writeFileSync(path, content);
    return path;
  };

  it('lose the line break at their end and nothing else', () => {
    const read = (content: string) =>
      loadSettings({ DATABASE_URL_FILE: file('url', content) }, ['database']).database.url;
    expect(read(`${url}\n`)).toBe(url);
    expect(read(`${url}\r\n`)).toBe(url);
    expect(read(url)).toBe(url);
  });

  it('may not be given next to the setting itself', () => {
    const problems = problemsOf({ DATABASE_URL: url, DATABASE_URL_FILE: file('url', url) }, ['database']);
    expect(problems).toEqual([
      expect.objectContaining({ name: 'DATABASE_URL', problem: expect.stringContaining('given twice') }),
    ]);
    expect(JSON.stringify(problems)).not.toContain('canary');
  });

  it('must exist and hold something', () => {
    const missing = join(folder, 'missing');
    expect(problemsOf({ DATABASE_URL_FILE: missing }, ['database'])).toEqual([
      expect.objectContaining({ name: 'DATABASE_URL_FILE', problem: expect.stringContaining(missing) }),
    ]);
    expect(problemsOf({ LOG_LEVEL_FILE: file('empty', '\n') }, ['logging'])).toEqual([
      expect.objectContaining({ name: 'LOG_LEVEL_FILE', problem: expect.stringContaining('empty') }),
    ]);
  });

  it('reach Temporal’s own reader under the names it knows', () => {
    const env = {
      TEMPORAL_API_KEY_FILE: file('key', 'secret-key\n'),
      TEMPORAL_ADDRESS: 'temporal:7233',
      TEMPORAL_CONFIG_FILE: file('temporal.toml', '[profile.default]\nnamespace = "n"\n'),
      HOME: '/home/me',
    };
    expect(loadSettings(env, ['temporal']).temporal.env).toEqual({
      TEMPORAL_API_KEY: 'secret-key',
      TEMPORAL_ADDRESS: 'temporal:7233',
      TEMPORAL_CONFIG_FILE: env.TEMPORAL_CONFIG_FILE,
      HOME: '/home/me',
    });
    expect(
      problemsOf({ TEMPORAL_ADDRESS: 'a:1', TEMPORAL_ADDRESS_FILE: env.TEMPORAL_API_KEY_FILE }, ['temporal']),
    ).toHaveLength(1);
  });

  describe('TLS to Temporal', () => {
    const withoutProfile = { TEMPORAL_CONFIG_FILE: '/nowhere/temporal.toml' };
    const problemsAt = (address: string | undefined, more: Record<string, string> = {}) =>
      problemsOf({ ...withoutProfile, ...(address && { TEMPORAL_ADDRESS: address }), ...more }, ['temporal']);

    it.each([undefined, '127.0.0.1:7233', 'localhost:7233', '[::1]:7233', '127.1.2.3:7233'])(
      'need not be spoken of on this machine: %s',
      (address) => {
        expect(problemsAt(address)).toEqual([]);
      },
    );

    it.each([
      'temporal:7233',
      '10.0.0.5:7233',
      '127.evil.example:7233',
      'localhost.example.com:7233',
      '[::2]:7233',
    ])('has to be decided beyond it: %s', (address) => {
      const [problem] = problemsAt(address);
      expect(problem).toMatchObject({
        name: 'TEMPORAL_TLS',
        problem: `is not set, and ${address} is not this machine`,
        remedy: expect.stringMatching(/TEMPORAL_TLS=true.*TEMPORAL_TLS=false/),
      });
      expect(problemsAt(address, { TEMPORAL_TLS: 'true' })).toEqual([]);
      expect(problemsAt(address, { TEMPORAL_TLS: 'false' })).toEqual([]);
      expect(problemsAt(address, { TEMPORAL_API_KEY: 'key' })).toEqual([]);
    });

    it('is decided by a profile of Temporal’s own, too', () => {
      const profile = (text: string) => ({
        TEMPORAL_CONFIG_FILE: file('profile.toml', `[profile.default]\n${text}\n`),
      });
      const remote = 'address = "db.example.com:7233"';
      expect(problemsAt(undefined, profile(remote))).toHaveLength(1);
      expect(problemsAt(undefined, profile(`${remote}\ntls = { disabled = true }`))).toEqual([]);
      expect(problemsAt(undefined, profile(`${remote}\ntls = { server_name = "a" }`))).toEqual([]);
      expect(problemsAt(undefined, profile('address = 7233 7'))).toEqual([
        expect.objectContaining({ name: 'TEMPORAL_CONFIG_FILE' }),
      ]);
    });
  });
});
