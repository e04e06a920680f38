import fc from 'fast-check';
import { createCxoneClient, CxoneError } from '../../../../cxone';
import { createUpdatedSince } from '../../../../cxone/acd/updated-since';
import { type FaultName, type Simulator, startSimulator } from '../../../../simulator';

const day = 86_400_000;
const since = new Date('2026-03-18T00:00:00Z');
const older = { lastUpdated: new Date(since.getTime() - 2 * day).toISOString() };
const newer = { LastUpdated: new Date(since.getTime() + 1).toISOString() };

/** A list of 20 that understands some spellings; it notes what it is asked. */
function list(understood: readonly string[], rows: readonly object[] = [newer, older, newer]) {
  const asked: [string, number][] = [];
  return {
    asked,
    ask: async (parameter: Readonly<Record<string, string>>, skip: number) => {
      const [name = '', value] = Object.entries(parameter)[0] ?? [];
      expect(value).toBe(since.toISOString());
      asked.push([name, skip]);
      const records = understood.includes(name) ? rows.filter((row) => row !== older) : rows;
      return { records: records.slice(skip) };
    },
  };
}

it('asks once where updatedSince is heeded', async () => {
  const { asked, ask } = list(['updatedSince']);
  const changes = createUpdatedSince('lastUpdated');
  expect((await changes.page(since, 0, ask)).records).toEqual([newer, newer]);
  expect((await changes.page(since, 1, ask)).records).toEqual([newer]);
  expect(asked).toEqual([
    ['updatedSince', 0],
    ['updatedSince', 1],
  ]);
});

it('asks again under the other name when the whole list comes back, and remembers it', async () => {
  const { asked, ask } = list(['updateSince']);
  const changes = createUpdatedSince('lastUpdated');
  expect((await changes.page(since, 0, ask)).records).toEqual([newer, newer]);
  await changes.page(since, 1, ask);
  await changes.page(since, 0, ask);
  expect(asked.map(([name]) => name)).toEqual(['updatedSince', 'updateSince', 'updateSince', 'updateSince']);
});

it('takes the whole list where neither is heeded, and asks twice only once', async () => {
  const { asked, ask } = list([]);
  const changes = createUpdatedSince('lastUpdated');
  expect((await changes.page(since, 0, ask)).records).toEqual([newer, older, newer]);
  expect((await changes.page(since, 0, ask)).records).toHaveLength(3);
  expect(asked.map(([name]) => name)).toEqual(['updatedSince', 'updateSince', 'updatedSince']);
});

it('takes the whole list where the other name is a bad request', async () => {
  const { ask } = list([]);
  const strict: typeof ask = async (parameter, skip) => {
    if ('updateSince' in parameter) throw new CxoneError('BadRequest', 'Unknown parameter.');
    return ask(parameter, skip);
  };
  const changes = createUpdatedSince('lastUpdated');
  expect((await changes.page(since, 0, strict)).records).toHaveLength(3);
});

it('does not take trouble on the way for an answer', async () => {
  const { ask } = list(['updateSince']);
  const throttled = new CxoneError('Throttled', 'Slow down.');
  let fails = true;
  const shaky: typeof ask = async (parameter, skip) => {
    if ('updateSince' in parameter && fails) throw throttled;
    return ask(parameter, skip);
  };
  const changes = createUpdatedSince('lastUpdated');
  await expect(changes.page(since, 0, shaky)).rejects.toBe(throttled);
  fails = false;
  expect((await changes.page(since, 0, shaky)).records).toEqual([newer, newer]);
});

it.each([
  ['a little older, as clocks differ', { lastUpdated: new Date(since.getTime() - day / 2).toISOString() }],
  ['without a stamp', { lastUpdated: null }],
  ['with a stamp that cannot be read', { lastUpdated: 'yesterday' }],
  ['that are no objects', 5 as unknown as object],
])('does not suspect records %s', async (_what, record) => {
  const { asked, ask } = list([], [record]);
  await createUpdatedSince('lastUpdated').page(since, 0, ask);
  expect(asked).toHaveLength(1);
});

it('decides by the first page even when it is asked for a later one', async () => {
  const { asked, ask } = list(['updateSince']);
  const { records } = await createUpdatedSince('lastUpdated').page(since, 1, ask);
  expect(records).toEqual([newer]);
  expect(asked).toEqual([
    ['updatedSince', 0],
    ['updateSince', 0],
    ['updateSince', 1],
  ]);
});

it('loses no changed record of a listing whose first page has a total, whichever client gets which page', async () => {
  const rows = fc.array(fc.constantFrom(older, newer), { maxLength: 12 });
  const heeded = fc.subarray(['updatedSince', 'updateSince']);
  await fc.assert(
    fc.asyncProperty(
      rows,
      heeded,
      fc.array(fc.nat(1), { minLength: 6, maxLength: 6 }),
      async (all, understood, who) => {
        const numbered = all.map((row, id) => ({ id, row }));
        const clients = [createUpdatedSince('lastUpdated'), createUpdatedSince('lastUpdated')];
        const top = 12;
        const ask = async (parameter: Readonly<Record<string, string>>, skip: number) => {
          const understands = understood.some((name) => name in parameter);
          const matching = numbered.filter(({ row }) => !understands || row !== older);
          return { records: matching.map(({ id, row }) => ({ id, ...row })).slice(skip, skip + top) };
        };
        const got = new Set<number>();
        for (const [index, client] of who.entries()) {
          const listing = clients[client] ?? createUpdatedSince('lastUpdated');
          const { records } = await listing.page(since, index * 2, ask);
          for (const { id } of records.slice(0, 2)) got.add(id);
        }
        for (const { id, row } of numbered) if (row !== older) expect(got).toContain(id);
      },
    ),
  );
});

describe('against the simulator', () => {
  const now = Date.parse('2026-03-20T12:00:00Z');
  let simulator: Simulator;
  beforeAll(async () => {
    simulator = await startSimulator({ contactsPerDay: 10, clock: () => now });
  });
  afterEach(() => {
    simulator.setFaults([]);
    simulator.journal.clear();
  });
  afterAll(() => simulator.close());

  it.each<[FaultName | null, number]>([
    [null, 1],
    ['updatedSinceOnly', 1],
    ['updateSinceOnly', 2],
  ])('agents changed since come alone under %s, after %i requests', async (fault, requests) => {
    if (fault !== null) simulator.setFaults([{ name: fault }]);
    const { clientId, clientSecret, accessKeyId, accessKeySecret } = simulator.credentials;
    const client = createCxoneClient({
      tenant: 'acme',
      issuer: simulator.address,
      authentication: 'application',
      clientAuthentication: 'client_secret_post',
      clientId,
      clientSecret,
      accessKeyId,
      accessKeySecret,
      apiVersion: 'v34.0',
      updatedSinceInclusive: true,
      mediaHosts: [],
      allowInsecureHosts: ['127.0.0.1'],
      timeoutMs: 10_000,
    });
    try {
      const changed = await client.agentPage({ updatedSince: since, skip: 0, top: 1_000 });
      expect(simulator.journal.count({ family: 'agents' })).toBe(requests);
      expect(changed.records.length).toBeGreaterThan(0);
      const all = await client.agentPage({ skip: 0, top: 1_000 });
      expect(changed.records.length).toBeLessThan(all.records.length);
    } finally {
      client.close();
    }
  });
});
