// One file beyond 400 lines: all tests are about the schema of one file.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { loadTenants, loadTenantSettings, type Problem, SettingsError } from '../../../config';
import type { CxoneConnection } from '../../../cxone';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tenants-'));
  mkdirSync(join(folder, 'secrets'));
  writeFileSync(join(folder, 'secrets', 'key'), 'key-canary====\n');
  writeFileSync(join(folder, 'secrets', 'empty'), '\n');
});
afterAll(() => rmSync(folder, { recursive: true }));

const env = { ACME_CLIENT_SECRET: 'client-canary' };
const acme = {
  issuer: 'https://cxone.niceincontact.com',
  clientId: 'id',
  clientSecret: { env: 'ACME_CLIENT_SECRET' },
  accessKeyId: 'KEY====',
  accessKeySecret: { file: 'secrets/key' },
};
/** The tenants of a file; what is wrong with any of them is thrown. */
function strictly(path: string, from: Parameters<typeof loadTenants>[1]) {
  const { tenants, misconfigured } = loadTenants(path, from);
  if (misconfigured.size > 0) throw new SettingsError([...misconfigured.values()].flat());
  return tenants;
}
function load(content: unknown) {
  const path = join(folder, 'tenants.json');
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return strictly(path, env);
}
const loadAcme = (changes: Record<string, unknown>) =>
  load({ tenants: { acme: { ...acme, ...changes } } }).get('acme');
function problemsOf(work: () => unknown): readonly Problem[] {
  try {
    work();
    return [];
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    return error.problems;
  }
}

describe('a tenant', () => {
  it('needs five values; the rest has defaults', () => {
    expect(loadAcme({})).toEqual({
      tenant: 'acme',
      issuer: 'https://cxone.niceincontact.com',
      authentication: 'application',
      clientAuthentication: 'client_secret_post',
      clientId: 'id',
      clientSecret: 'client-canary',
      accessKeyId: 'KEY====',
      accessKeySecret: 'key-canary====',
      apiVersion: 'v34.0',
      pageSize: 5_000,
      pagesInFlight: 4,
      skillIds: [],
      campaignIds: [],
      mediaTypeIds: [],
      agentRefreshHours: 24,
      lookupRefreshHours: 24,
      overlapMinutes: 30,
      lookBackDays: 30,
      rereadDays: 3,
      updatedSinceInclusive: true,
      recordings: true,
      recordingsInFlight: 8,
      recordingGiveUpHours: 48,
      recordingLookAfterMinutes: [5, 15, 60, 240, 720],
      recordedMediaTypeIds: [4, 5],
      recordedCalls: 'all',
      recordingKeys: [],
      extract: {
        interactionMetadata: false,
        evaluations: false,
        interactionMetadataVersion: '7',
        evaluationsVersion: '4',
        rereadDays: 3,
        secondsApart: 30,
      },
      maxRereads: 3,
      parkedTimeoutHours: 168,
      maxContactsPerWindow: 200_000,
      maxRejectedShare: 0.2,
      timeoutMs: 120_000,
      mediaHosts: ['*.amazonaws.com'],
      privateHosts: [],
      allowInsecureHosts: [],
      limits: { media: { requests: 150, perSeconds: 300 } },
    });
  });

  it('has a ring of keys for its recordings, the current one first', () => {
    const [current, old] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)];
    writeFileSync(join(folder, 'secrets', 'recordings'), `${current.toString('base64')}\n`);
    const recordingKeys = [
      { id: '2026-12', key: { file: 'secrets/recordings' } },
      { id: '2026-11', key: { env: 'OLD_KEY' } },
    ];
    const content = { tenants: { acme: { ...acme, recordingKeys } } };
    const path = join(folder, 'tenants.json');
    writeFileSync(path, JSON.stringify(content));
    const ring = loadTenants(path, { ...env, OLD_KEY: old.toString('base64') }).tenants.get(
      'acme',
    )?.recordingKeys;
    expect(ring?.map(({ id, key }) => [id, Buffer.from(key)])).toEqual([
      ['2026-12', current],
      ['2026-11', old],
    ]);
  });

  const short = Buffer.alloc(31).toString('base64');
  it.each<[string, unknown, string, Record<string, string>]>([
    ['a literal key', [{ id: 'a', key: 'canary' }], 'recordingKeys.0.key', {}],
    ['a key that is too short', [{ id: 'a', key: { env: 'K' } }], 'recordingKeys.0.key', { K: short }],
    ['a key that is not base64', [{ id: 'a', key: { env: 'K' } }], 'recordingKeys.0.key', { K: 'canary!' }],
    ['a key that is not there', [{ id: 'a', key: { env: 'K' } }], 'recordingKeys.0.key', {}],
    ['an id with a slash', [{ id: 'a/b', key: { env: 'K' } }], 'recordingKeys.0.id', {}],
    ['a mistyped key', [{ id: 'a', kee: { env: 'K' } }], 'recordingKeys.0.kee', {}],
    [
      'two keys of one id',
      [
        { id: 'a', key: { env: 'K' } },
        { id: 'a', key: { env: 'K' } },
      ],
      'recordingKeys',
      {},
    ],
  ])('may not have %s in that ring, and no key is shown', (_, recordingKeys, name, more) => {
    const path = join(folder, 'tenants.json');
    writeFileSync(path, JSON.stringify({ tenants: { acme: { ...acme, recordingKeys } } }));
    const problems = problemsOf(() => strictly(path, { ...env, ...more }));
    expect(problems.map((problem) => problem.name)).toContain(`tenants.acme.${name}`);
    expect(JSON.stringify(problems)).not.toContain('canary');
    expect(JSON.stringify(problems)).not.toContain(short);
  });

  it('can be used as a connection as it is', () => {
    const connection: CxoneConnection | undefined = loadAcme({ timeoutSeconds: 5 });
    expect(connection?.timeoutMs).toBe(5_000);
  });

  it('may be a simulator over http at an address that is listed', () => {
    const simulator = {
      issuer: 'http://127.0.0.1:4010',
      mediaHosts: [],
      allowInsecureHosts: ['127.0.0.1', 'sim:4011', '[::1]:80'],
    };
    expect(loadAcme(simulator)).toMatchObject(simulator);
    expect(problemsOf(() => loadAcme({ issuer: 'http://127.0.0.1:4010' }))).toEqual([
      expect.objectContaining({
        name: 'tenants.acme.issuer',
        remedy: expect.stringContaining('"127.0.0.1" to allowInsecureHosts'),
      }),
    ]);
  });

  it.each([
    'https://cxone-gov.niceincontact.com',
    'https://nicecxone-sov1.au',
    'https://nicecxone-sov1.eu/',
    'https://na1.nice-incontact.com',
    'https://gateway.example.com/cxone/',
  ])('may be in the environment %s', (issuer) => {
    expect(loadAcme({ issuer })).toMatchObject({ issuer });
  });

  it('needs no application where it has an access key alone', () => {
    const { clientId: _id, clientSecret: _secret, ...keyOnly } = acme;
    const tenant = { ...keyOnly, issuer: 'https://na1.nice-incontact.com', authentication: 'access_key' };
    const loaded = load({ tenants: { acme: tenant } }).get('acme');
    expect(loaded).toMatchObject({ authentication: 'access_key', accessKeySecret: 'key-canary====' });
    expect(Object.keys(loaded ?? {})).not.toContain('clientSecret');
  });

  it('is pointed to the way without an application when it names none', () => {
    const { clientId: _id, clientSecret: _secret, ...keyOnly } = acme;
    const problems = problemsOf(() => load({ tenants: { acme: { ...keyOnly, pageSize: 0 } } }));
    expect(problems.map(({ name }) => name)).toEqual([
      'tenants.acme.pageSize',
      'tenants.acme.clientId',
      'tenants.acme.clientSecret',
    ]);
    expect(problems[1]?.remedy).toContain('"access_key"');
  });

  it('comes with others, each under its id', () => {
    expect([...load({ tenants: { acme, 'b2-x_y': acme } }).keys()]).toEqual(['acme', 'b2-x_y']);
  });

  it.each(['Acme', '-a', '', 'a/b', 'a:b', 'ä', 'x'.repeat(64)])('may not be called %p', (id) => {
    expect(problemsOf(() => load({ tenants: { [id]: acme } }))).toEqual([
      expect.objectContaining({ name: `tenants.${id}`, problem: expect.stringContaining('id of a tenant') }),
    ]);
  });
});

describe('an entry that is not in order', () => {
  const both = (content: unknown, with_: typeof loadTenants | typeof loadTenantSettings = loadTenants) => {
    const path = join(folder, 'tenants.json');
    writeFileSync(path, JSON.stringify(content));
    const { tenants, misconfigured } = with_(path, env);
    const problems = [...misconfigured].map(([name, found]) => [name, found.map((one) => one.name)]);
    return { good: [...tenants.keys()], bad: Object.fromEntries(problems) as Record<string, string[]> };
  };

  it.each<[string, object, string[]]>([
    ['an unknown key', { pageSze: 5 }, ['tenants.bravo.pageSze']],
    ['a value that cannot be', { pageSize: 0 }, ['tenants.bravo.pageSize']],
    ['a secret that is not there', { clientSecret: { env: 'NOT_SET' } }, ['tenants.bravo.clientSecret']],
    ['a setting of an earlier release', { bulkWaitMinutes: 3 }, ['tenants.bravo.bulkWaitMinutes']],
    [
      'several of these, all of which are reported',
      { pageSize: 0, accessKeySecret: { file: 'secrets/none' } },
      ['tenants.bravo.pageSize', 'tenants.bravo.accessKeySecret'],
    ],
  ])('by %s stops no other tenant', (_what, change, names) => {
    const content = { tenants: { acme, bravo: { ...acme, ...change }, charlie: acme } };
    expect(both(content)).toEqual({ good: ['acme', 'charlie'], bad: { bravo: names } });
  });

  it('is whatever it is: no object, a name that is none', () => {
    const { good, bad } = both({ tenants: { acme, bravo: null, 'Not A Name': acme, delta: [] } });
    expect(good).toEqual(['acme']);
    expect(Object.keys(bad)).toEqual(['bravo', 'Not A Name', 'delta']);
  });

  it('is not one whose secrets cannot be read, for who needs none', () => {
    const bravo = { ...acme, clientSecret: { env: 'NOT_SET' } };
    expect(both({ tenants: { acme, bravo } }, loadTenantSettings)).toEqual({
      good: ['acme', 'bravo'],
      bad: {},
    });
    const path = join(folder, 'tenants.json');
    expect(Object.keys(loadTenantSettings(path).tenants.get('bravo') ?? {})).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/secret|recordingKeys/i)]),
    );
  });
});

describe('what is wrong', () => {
  it.each<[string, unknown, string]>([
    ['issuer', 'cxone.niceincontact.com', 'must be an address'],
    ['issuer', 'ftp://x', 'must be an address'],
    ['authentication', 'accessKey', 'application or access_key'],
    ['clientAuthentication', 'basic', 'client_secret_post or client_secret_basic'],
    ['clientId', '', 'must not be empty'],
    ['clientId', 5, 'must be text'],
    ['apiVersion', '34', 'v34.0'],
    ['apiVersion', 'v24.0', 'v27.0 or later'],
    ['pageSize', 10_001, 'at most 10000'],
    ['pageSize', 0, 'at least 1'],
    ['pageSize', '1000', 'a whole number'],
    ['pagesInFlight', 1.5, 'a whole number'],
    ['recordings', 'yes', 'true or false'],
    ['recordedCalls', 'some', 'all, logged or listed'],
    ['recordingSource', 'List', 'look-up or listed'],
    ['skillIds', [-1], 'positive'],
    ['mediaHosts', ['https://x'], 'host names'],
    ['privateHosts', ['10.0.0.0/8'], 'host names'],
    ['allowInsecureHosts', ['*.example.com'], 'without wildcards'],
  ])('%s: %j is named with what it should be', (key, value, expected) => {
    const [problem, ...others] = problemsOf(() => loadAcme({ [key]: value }));
    expect(others).toEqual([]);
    expect(problem?.name).toMatch(new RegExp(`^tenants\\.acme\\.${key}`));
    expect(problem?.expected).toContain(expected);
    expect(problem?.problem).toMatch(/^is "/);
  });

  it.each(['https://user:canary@cxone.niceincontact.com', 'https://cxone.niceincontact.com/?token=canary'])(
    'issuer %j is refused for its extra parts, which are not shown',
    (issuer) => {
      const problems = problemsOf(() => loadAcme({ issuer }));
      expect(problems).toMatchObject([
        { name: 'tenants.acme.issuer', expected: expect.stringContaining('without user, query') },
      ]);
      expect(JSON.stringify(problems)).not.toContain('canary');
    },
  );

  it.each(['recordingSource', 'recordedCalls'])(
    '%s: a list that is not kept up to date is refused, with the setting that does',
    (key) => {
      const problems = problemsOf(() => loadAcme({ [key]: 'listed' }));
      expect(problems).toMatchObject([
        { name: `tenants.acme.${key}`, expected: expect.stringContaining('"interactionMetadata": true') },
      ]);
      const extract = { interactionMetadata: true };
      expect(loadAcme({ [key]: 'listed', extract })?.recordedCalls).toBe('listed');
      // Without recordings it does not matter where they are.
      expect(loadAcme({ [key]: 'listed', recordings: false })?.recordings).toBe(false);
    },
  );

  it.each<[string, Record<string, unknown>, string]>([
    ['neither', {}, 'all'],
    ['the older name with its default', { recordingSource: 'look-up' }, 'all'],
    ['both, which go together', { recordingSource: 'look-up', recordedCalls: 'logged' }, 'logged'],
  ])('recorded calls by %s', (_what, given, calls) => {
    expect(loadAcme(given)?.recordedCalls).toBe(calls);
    expect(loadAcme(given)).not.toHaveProperty('recordingSource');
  });

  it.each([
    ['listed', 'all'],
    ['listed', 'logged'],
    ['look-up', 'listed'],
  ])('recordingSource %s beside recordedCalls %s is refused, as both cannot hold', (older, calls) => {
    const given = { recordingSource: older, recordedCalls: calls, extract: { interactionMetadata: true } };
    expect(problemsOf(() => loadAcme(given))).toMatchObject([
      { name: 'tenants.acme.recordingSource', remedy: 'Remove recordingSource.' },
    ]);
  });

  it.each<[string, Record<string, unknown>]>([
    ['recordingSource', { recordingSource: 'bulk' }],
    ['bulkCallsPerRequest', { bulkCallsPerRequest: 100 }],
    ['bulkWaitMinutes', { bulkWaitMinutes: 30 }],
    ['limits.bulk', { limits: { bulk: { requests: 15, perSeconds: 300 } } }],
  ])('%s is refused, since Media Download gives no link to what it delivers', (name, entry) => {
    expect(problemsOf(() => loadAcme(entry))).toEqual([
      {
        name: `tenants.acme.${name}`,
        problem: expect.stringContaining('Media Download'),
        expected: expect.any(String),
        remedy: expect.stringContaining('export location'),
      },
    ]);
  });

  it('names what is missing', () => {
    expect(
      problemsOf(() => load({ tenants: { acme: {} } })).map(({ name, problem }) => [name, problem]),
    ).toEqual([
      ['tenants.acme.issuer', 'is missing'],
      ['tenants.acme.accessKeyId', 'is missing'],
      ['tenants.acme.accessKeySecret', 'is missing'],
      ['tenants.acme.clientId', 'is missing'],
      ['tenants.acme.clientSecret', 'is missing'],
    ]);
  });

  it.each([
    ['acessKeyId', 'accessKeyId'],
    ['client_secret', 'clientSecret'],
    ['pagesize', 'pageSize'],
    ['allowInsecureHost', 'allowInsecureHosts'],
  ])('names the unknown key %s and suggests %s', (key, suggestion) => {
    expect(problemsOf(() => loadAcme({ [key]: 'canary' }))).toEqual([
      {
        name: `tenants.acme.${key}`,
        problem: 'is not a known key',
        expected: expect.any(String),
        remedy: `Did you mean ${suggestion}?`,
      },
    ]);
  });

  it('suggests nothing where nothing is near, and looks into inner objects, too', () => {
    expect(problemsOf(() => loadAcme({ zzz: 1 }))).toMatchObject([{ remedy: 'Remove it.' }]);
    expect(problemsOf(() => loadAcme({ limits: { medai: {} } }))).toMatchObject([
      { name: 'tenants.acme.limits.medai', remedy: 'Did you mean media?' },
    ]);
    expect(problemsOf(() => load({ tenant: {}, tenants: { acme } }))).toMatchObject([
      { name: 'tenant', remedy: 'Did you mean tenants?' },
    ]);
  });

  it('reports the problems of all tenants together', () => {
    const problems = problemsOf(() =>
      load({ tenants: { acme: { ...acme, pageSize: 0 }, beta: { ...acme, recordings: 1 } } }),
    );
    expect(problems.map(({ name }) => name)).toEqual(['tenants.acme.pageSize', 'tenants.beta.recordings']);
  });
});

describe('secrets', () => {
  it.each<[unknown]>([
    ['canary'],
    [5],
    [null],
    [{ env: 'A', file: 'B' }],
    [{ literal: 'canary' }],
    [{ env: 'A', canary: 1 }],
    [['canary']],
  ])('are refused as %j, with the advice to refer to them', (clientSecret) => {
    const problems = problemsOf(() => loadAcme({ clientSecret }));
    expect(problems).toEqual([
      expect.objectContaining({
        name: 'tenants.acme.clientSecret',
        expected: '{"env": "NAME"} or {"file": "path"}',
        remedy: expect.stringContaining('environment variable'),
      }),
    ]);
    expect(JSON.stringify(problems)).not.toContain('canary');
  });

  it('must be where the reference says', () => {
    const missing = { clientSecret: { env: 'NOT_SET' }, accessKeySecret: { file: 'secrets/none' } };
    expect(problemsOf(() => loadAcme(missing))).toEqual([
      expect.objectContaining({
        name: 'tenants.acme.clientSecret',
        problem: expect.stringContaining('NOT_SET'),
      }),
      expect.objectContaining({
        name: 'tenants.acme.accessKeySecret',
        problem: expect.stringContaining(join(folder, 'secrets', 'none')),
      }),
    ]);
    expect(problemsOf(() => loadAcme({ accessKeySecret: { file: 'secrets/empty' } }))).toHaveLength(1);
    expect(loadAcme({ accessKeySecret: { file: join(folder, 'secrets', 'key') } })?.accessKeySecret).toBe(
      'key-canary====',
    );
  });
});

describe('the file', () => {
  it.each([
    ['{"tenants":{"acme":{"clientSecret":"canary",}}}', 'not JSON'],
    ['{\n"tenants":\n{"acme" "canary"}}', 'not JSON in line 3'],
    ['[]', 'without the object "tenants"'],
    ['{"tenants":[]}', 'without the object "tenants"'],
    ['{"tenants":{}}', 'without any tenant'],
    ['', 'not JSON'],
  ])('%s: %s', (content, expected) => {
    const problems = problemsOf(() => load(content));
    expect(problems).toMatchObject([{ name: 'TENANTS_FILE', problem: expect.stringContaining(expected) }]);
    expect(JSON.stringify(problems)).not.toContain('canary');
  });

  it('must exist', () => {
    const path = join(folder, 'nowhere.json');
    expect(problemsOf(() => loadTenants(path, env))).toMatchObject([
      {
        name: 'TENANTS_FILE',
        problem: expect.stringContaining(`${path} (ENOENT)`),
        remedy: expect.stringContaining('TENANTS_FILE'),
      },
    ]);
  });

  it('never makes the reader fail in any other way', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.jsonValue(), fc.record({ tenants: fc.dictionary(fc.string(), fc.jsonValue()) })),
        (content) => {
          const problems = problemsOf(() => load(content));
          expect(problems.length).toBeGreaterThan(0);
        },
      ),
      { numRuns: 50 },
    );
  });
});
