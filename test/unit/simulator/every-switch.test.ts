import fc from 'fast-check';
import {
  badRecordKinds,
  type FaultArguments,
  faultNames,
  type FaultRule,
  readFaultRules,
  readTenants,
  type Simulator,
  startSimulator,
} from '../../../simulator';
import { BadParameter } from '../../../simulator/http/bad-parameter';
import { ask, askToken, wholeDay, dayWindow, simulatedNow, parse, Reader } from './client';

const acdPath = '/incontactapi/services/v34.0';

/** Arguments that keep waiting short; everything else stays at its default. */
const quickArguments: Readonly<Record<string, FaultArguments>> = {
  slow: { delayMs: 1 },
  gzipBomb: { bytes: 100_000 },
  slowBody: { delayMs: 1, chunkBytes: 40_000 },
  badRecords: { kinds: badRecordKinds.filter((kind) => kind !== 'giantNote'), every: 3 },
};

describe('whatever is switched on', () => {
  let simulator: Simulator;
  let reader: Reader;
  let token: string;
  let paths: readonly string[];

  beforeAll(async () => {
    simulator = await startSimulator({
      contactsPerDay: 60,
      clock: () => simulatedNow,
      mediaQuota: 'off',
      extractionSpacingSeconds: 0,
    });
    await signIn();
    const { recordings = [] } = simulator.truth({ ...dayWindow, recordings: true });
    const call = `/media-playback/v1/contacts?acd-call-id=${recordings[0]?.masterContactId}`;
    const { redirectUrl } = parse(await reader.get(`${call}&isDownload=true`)) as { redirectUrl: string };
    const [job, csv] = await extract();
    paths = [
      '/.well-known/openid-configuration',
      `/.well-known/cxone-configuration?tenantId=${simulator.credentials.tenantId}`,
      `${acdPath}/contacts/completed?${new URLSearchParams({ ...wholeDay, skip: '10', top: '20' }).toString()}`,
      `${acdPath}/contacts/completed?${new URLSearchParams({ ...wholeDay, skip: '999' }).toString()}`,
      `${acdPath}/agents?top=5`,
      `${acdPath}/campaigns`,
      `${acdPath}/teams`,
      call,
      `/media-playback/v1/segments/${recordings[0]?.segmentId}`,
      '/data-extraction/v1/jobs',
      job,
      csv,
      redirectUrl,
      '/nothing',
    ];
  });
  afterEach(() => simulator.setFaults([]));
  afterAll(() => simulator.close());

  const signIn = async (): Promise<void> => {
    reader = await Reader.of(simulator);
    ({ access_token: token } = parse(await askToken(simulator)) as { access_token: string });
  };
  const post = (): Promise<{ readonly status: number; readonly body: Buffer }> =>
    ask(`${simulator.address}/data-extraction/v1/jobs`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${token}` },
      body: JSON.stringify({
        ...{ entityName: 'qm-workflows', version: '4' },
        ...{ startDate: '2026-03-10', endDate: '2026-03-12' },
      }),
    });
  /** The paths of a job and of its CSV. */
  const extract = async (): Promise<readonly [string, string]> => {
    const created = await post();
    const path = `/data-extraction/v1/jobs/${JSON.parse(created.body.toString()) as string}`;
    await reader.get(path);
    const { jobStatus } = parse(await reader.get(path)) as { jobStatus: { result: { url: string } } };
    return [path, jobStatus.result.url];
  };
  /** Status of an answer; 0 for a connection that broke. */
  const statusOf = (path: string): Promise<number> => {
    // The file storage refuses tokens.
    const headers = path.startsWith('http') ? { Authorization: undefined } : {};
    return reader.get(path, headers).then(
      ({ status }) => status,
      () => 0,
    );
  };
  const sweep = async (): Promise<void> => {
    for (const path of paths)
      expect([0, 200, 202, 204, 302, 400, 401, 403, 404, 408, 412, 429, 500]).toContain(await statusOf(path));
    const tokens = await askToken(simulator).then(
      ({ status }) => status,
      () => 0,
    );
    expect([0, 200, 302, 401, 403, 429, 500]).toContain(tokens);
    const job = await post().then(
      ({ status }) => status,
      () => 0,
    );
    expect([0, 200, 202, 302, 401, 403, 429, 500]).toContain(job);
  };
  const recover = async (): Promise<void> => {
    simulator.setFaults([]);
    await signIn();
    expect(await statusOf(`${acdPath}/agents?top=1`)).toBe(200);
    expect((await post()).status).toBe(202);
  };

  it.each(faultNames)(
    '%s lets every endpoint answer or break off, and leaves nothing behind',
    async (name) => {
      simulator.setFaults([{ name, args: quickArguments[name] ?? {} }]);
      await sweep();
      await recover();
    },
  );

  it('holds for any two at once, in any order', async () => {
    const rule = fc
      .constantFrom(...faultNames)
      .map((name): FaultRule => ({ name, args: quickArguments[name] ?? {} }));
    await fc.assert(
      fc.asyncProperty(
        rule,
        rule,
        fc.double({ min: 0, max: 1, noNaN: true }),
        async (one, other, probability) => {
          simulator.setFaults([{ ...one, probability }, other]);
          await sweep();
          await recover();
        },
      ),
      { numRuns: 30, seed: 4 },
    );
  });

  it('is given as rules that can be written down and read again', async () => {
    const rules = faultNames.map((name) => ({ name, times: 0, args: quickArguments[name] ?? {} }));
    const body = JSON.stringify(rules);
    const put = await ask(`${simulator.address}/simulator/faults`, { method: 'PUT', body });
    expect(put.status).toBe(204);
    expect(parse(await ask(`${simulator.address}/simulator/faults`))).toEqual(rules);
    expect(readFaultRules(JSON.parse(body))).toEqual(rules);
  });
});

describe('what comes from a file', () => {
  const looksLikeARule = fc.record(
    {
      name: fc.oneof(fc.constantFrom(...faultNames), fc.string()),
      match: fc.oneof(
        fc.jsonValue(),
        fc.dictionary(fc.constantFrom('family', 'path', 'tenant'), fc.jsonValue()),
      ),
      onCall: fc.jsonValue(),
      probability: fc.jsonValue(),
      times: fc.jsonValue(),
      args: fc.oneof(
        fc.jsonValue(),
        fc.dictionary(fc.constantFrom('status', 'kinds', 'form', 'delayMs'), fc.jsonValue()),
      ),
    },
    { requiredKeys: [] },
  );

  it.each([
    ['fault rules', readFaultRules, fc.oneof(fc.jsonValue(), fc.array(looksLikeARule))],
    ['tenants', readTenants, fc.oneof(fc.jsonValue(), fc.array(fc.dictionary(fc.string(), fc.jsonValue())))],
  ])('is taken as %s, or refused with a reason', (_name, read, values) => {
    fc.assert(
      fc.property(values, (value) => {
        try {
          expect(read(value)).toBe(value);
        } catch (error) {
          expect(error).toBeInstanceOf(BadParameter);
        }
      }),
    );
  });
});
