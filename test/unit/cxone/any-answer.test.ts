import fc from 'fast-check';
import {
  agentFields,
  contactFields,
  CxoneError,
  parseAgentPage,
  parseContactPage,
  readAgent,
  readContact,
} from '../../../cxone';
import { readJson } from '../../../cxone/http/read-json';
import { createDiscovery } from '../../../cxone/auth/discovery';
import { parseJob, readJobId } from '../../../cxone/extraction/jobs';
import { createHostPolicy } from '../../../cxone/http/host-policy';
import { parseInteractions } from '../../../cxone/media/interactions';
import { parseList } from '../../../cxone/acd/list-page';
import { readToken } from '../../../cxone/auth/token';
import { jwt } from './fake-cxone';
import { answer, plainNames } from './interceptors/stubs';

/** Whatever a server may send: mostly near misses of a real answer. */
const anyJson = fc.oneof(
  fc.json({ maxDepth: 5 }),
  ...['completedContacts', 'agents', 'interactions', 'resultSet', 'value', 'data', 'jobStatus', 'jobId'].map(
    (key) =>
      fc
        .record({ [key]: fc.jsonValue(), totalRecords: fc.jsonValue() }, { requiredKeys: [key] })
        .map((value) => JSON.stringify(value)),
  ),
);
const anyBytes = fc.uint8Array({ maxLength: 300 });
const bodies = fc.oneof(
  anyJson.map((text) => Buffer.from(text)),
  anyBytes.map((bytes) => Buffer.from(bytes)),
);

/** Runs it; anything that is thrown but an error of ours fails the test. */
async function ourErrorsOnly(work: () => unknown): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof CxoneError)) throw error;
  }
}

it.each<[string, (body: Buffer) => unknown]>([
  ['parseList', (body) => parseList(body, 'skills', 'lookups')],
  ['parseContactPage', parseContactPage],
  ['parseAgentPage', parseAgentPage],
  ['parseInteractions', (body) => parseInteractions(body)],
  ['parseJob', (body) => parseJob(body)],
  ['readJobId', (body) => expect(readJobId(body) ?? 'x').toMatch(/^[\w.-]+$/)],
  ['readJson', (body) => readJson(body, 'media')],
])('%s gives a value or an error of ours, whatever came', async (_name, read) => {
  await fc.assert(
    fc.asyncProperty(bodies, async (body) => {
      await ourErrorsOnly(() => read(body));
    }),
    { numRuns: 300 },
  );
});

it.each([
  ['a contact', readContact, contactFields],
  ['an agent', readAgent, agentFields],
] as const)('%s is read, or rejected with a reason, and never throws', (_name, read, fields) => {
  const value = fc.oneof(fc.anything({ withBigInt: true, maxDepth: 3 }), fc.jsonValue(), fc.string());
  const record = fc.oneof(
    fc.anything({ withBigInt: true }),
    fc.dictionary(fc.oneof(fc.constantFrom(...fields), fc.string()), value),
  );
  fc.assert(
    fc.property(record, (given) => {
      const reading = read(given);
      if (reading.ok) {
        expect(Object.keys(reading.values)).toHaveLength(fields.length);
        if (reading.extra !== null) expect(reading.extra.startsWith('{')).toBe(true);
      } else {
        expect(reading.reason).not.toBe('');
        expect(typeof reading.raw).toBe('string');
      }
    }),
    { numRuns: 300 },
  );
});

it('a token answer is a token or an error of ours', async () => {
  const token = fc.oneof(fc.string(), fc.jsonValue().map(jwt));
  const wellMeant = fc.record(
    { access_token: token, expires_in: fc.anything(), id_token: fc.oneof(token, fc.constant(null)) },
    { requiredKeys: [] },
  );
  await fc.assert(
    fc.asyncProperty(fc.oneof(fc.anything(), wellMeant), async (given) => {
      await ourErrorsOnly(() => {
        const { accessToken, lifetimeMs, tenantId } = readToken(given);
        expect([accessToken === '', tenantId === '', lifetimeMs > 0]).toEqual([false, false, true]);
      });
    }),
  );
});

describe('discovery', () => {
  const policy = createHostPolicy({ mediaHosts: [], allowInsecureHosts: [] }, plainNames);
  const discoveryWith = (body: Buffer) =>
    createDiscovery(
      { issuer: 'https://cxone.example.com', authentication: 'application' },
      async () => ({ ...answer(200), body }),
      policy,
    );
  const address = fc.oneof(fc.webUrl(), fc.string(), fc.jsonValue());
  const documents = fc.oneof(
    bodies,
    fc
      .record({ token_endpoint: address, api_endpoint: address, area: fc.jsonValue() }, { requiredKeys: [] })
      .map((value) => Buffer.from(JSON.stringify(value))),
  );

  it('gives https addresses or an error of ours', async () => {
    await fc.assert(
      fc.asyncProperty(documents, async (body) => {
        const discovery = discoveryWith(body);
        for (const found of [
          discovery.tokenEndpoint().then(({ href }) => href),
          discovery.tenantEndpoints('guid').then(({ apiEndpoint }) => apiEndpoint),
        ]) {
          const outcome: unknown = await found.catch((error: unknown) => error);
          if (outcome instanceof Error) expect(outcome).toBeInstanceOf(CxoneError);
          else expect(outcome).toMatch(/^https:\/\/./);
        }
      }),
    );
  });
});
