import { type FaultArguments, type FaultName, type Simulator, startSimulator } from '../../../simulator';
import { parse, Reader, type Row, simulatedNow } from './client';

const lists = [
  ['skills', 'skillId', 'skillName', 'lastUpdateTime'],
  ['campaigns', 'campaignId', 'campaignName', 'lastUpdateTime'],
  ['teams', 'teamId', 'teamName', 'lastUpdateTime'],
  ['dispositions', 'dispositionId', 'dispositionName', 'lastUpdated'],
] as const;

describe.each(lists)('the list of %s', (list, id, name, stamp) => {
  let simulator: Simulator;
  let reader: Reader;
  beforeAll(async () => {
    simulator = await startSimulator({ contactsPerDay: 10, clock: () => simulatedNow });
    reader = await Reader.of(simulator);
  });
  afterEach(() => simulator.setFaults([]));
  afterAll(() => simulator.close());

  const under = (fault: FaultName, args: FaultArguments = {}) =>
    simulator.setFaults([{ name: fault, match: { family: 'lookups' }, args }]);

  async function page(query = ''): Promise<Row> {
    const answer = await reader.get(`/incontactapi/services/v34.0/${list}${query}`);
    if (answer.status === 204) return { totalRecords: 0, [list]: [] };
    const body = parse(answer) as Row;
    return (body['resultSet'] ?? body) as Row;
  }
  const rows = async (query = '') => (await page(query))[list] as Row[];

  it('may hold rows that were renamed just now, and the others as before', async () => {
    const before = await rows();
    under('renameLookups', { count: 2 });
    const after = await rows();
    expect(after.map((row) => row[id])).toEqual(before.map((row) => row[id]));
    for (const index of [0, 1]) {
      expect(after[index]?.[name]).toBe(`${String(before[index]?.[name])} (renamed)`);
      expect(Date.parse(String(after[index]?.[stamp]))).toBe(simulatedNow);
    }
    expect(after.slice(2)).toEqual(before.slice(2));
  });

  it('shows the renamed ones alone to who asks for changes', async () => {
    const since = '?updatedSince=2026-03-01T00:00:00Z';
    expect(await rows(since)).toEqual([]);
    under('renameLookups');
    expect(await rows(since)).toHaveLength(1);
  });

  it('may have lost its last rows, and counts so', async () => {
    const before = await rows();
    under('dropLookups', { count: 2 });
    expect(await rows()).toEqual(before.slice(0, -2));
    expect((await page())['totalRecords']).toBe(before.length - 2);
    under('dropLookups', { count: 1_000 });
    expect(await rows()).toEqual([]);
  });
});
