import { type FaultArguments, type FaultName, type Simulator, startSimulator } from '../../../../simulator';
import { type Answer, type ContactPage, parse, Reader, type Row, simulatedNow, wholeDay } from '../client';

const apiPath = '/incontactapi/services/v34.0';
const ids = (rows: readonly Row[]): unknown[] => rows.map((row) => row['contactId']);

describe('an awkward list', () => {
  let simulator: Simulator;
  let reader: Reader;

  beforeAll(async () => {
    simulator = await startSimulator({ contactsPerDay: 250, clock: () => simulatedNow });
    reader = await Reader.of(simulator);
  });
  afterEach(() => simulator.setFaults([]));
  afterAll(() => simulator.close());

  const under = (name: FaultName, args: FaultArguments = {}): void => simulator.setFaults([{ name, args }]);
  const query = { ...wholeDay, orderBy: 'contactId', top: 100 };
  const get = async (path: string): Promise<Row> => parse(await reader.get(`${apiPath}/${path}`)) as Row;

  it('refuses pages that are too large instead of clamping them', async () => {
    const large = { ...query, top: 10_001 };
    expect((await reader.completed(large)).status).toBe(200);
    under('refuseLargeTop');
    expect((await reader.completed(large)).status).toBe(400);
    expect((await reader.completed({ ...query, top: 10_000 })).status).toBe(200);
    expect((await reader.get(`${apiPath}/agents?top=10001`)).status).toBe(400);
  });

  it('times out on large pages, and not on one agent, who has no page to make smaller', async () => {
    const [agent] = (await get('agents?top=1'))['agents'] as [Row];
    under('timeout408WhenTopOver', { top: 99 });
    const statusOf = async (path: string): Promise<number> => (await reader.get(`${apiPath}/${path}`)).status;
    expect([await statusOf('agents'), await statusOf('agents?top=99')]).toEqual([408, 200]);
    expect([await statusOf('skills?top=100'), await statusOf('skills?top=99')]).toEqual([408, 200]);
    expect((await reader.completed(query)).status).toBe(408);
    expect(await statusOf(`agents/${String(agent['agentId'])}`)).toBe(200);
    expect(await statusOf(`agents/${String(agent['userId'])}`)).toBe(200);
  });

  it('has small pages: by default, and whatever is asked', async () => {
    under('smallPages', { top: 50, most: 100 });
    const agents = async (rest: string): Promise<number> =>
      ((await get(`agents${rest}`))['agents'] as Row[]).length;
    expect([await agents(''), await agents('?top=20'), await agents('?top=120')]).toEqual([50, 20, 100]);
    const page = await get('agents');
    expect(page).toMatchObject({ totalRecords: 120, _links: { next: expect.any(String) as string } });
    under('smallPages', { top: 7 });
    expect((await reader.page(query)).completedContacts).toHaveLength(7);
  });

  it('gives a page twice, or some of its rows, and loses those that were due', async () => {
    const all = ids(await reader.pages(query, 1000));
    const third = { ...query, skip: 200 };
    under('duplicatePage');
    expect(ids((await reader.page(third)).completedContacts)).toEqual(all.slice(100, 200));
    expect(ids((await reader.page(query)).completedContacts)).toEqual(all.slice(0, 100));
    under('duplicatePage', { count: 5 });
    expect(ids((await reader.page(third)).completedContacts)).toEqual(all.slice(195, 250));
  });

  it.each([
    ['emptyList', { completedContacts: [] }],
    ['nullList', { completedContacts: null }],
    ['noList', {}],
  ] as const)('says nothing as 200 with %s', async (form, list) => {
    under('emptyAs200', { form });
    const answer = await reader.completed({ ...query, skip: 999 });
    const stamp = expect.any(String) as string;
    expect([answer.status, parse(answer)]).toEqual([200, { lastPollTime: stamp, totalRecords: 0, ...list }]);
    expect((await reader.completed(query)).status).toBe(200);
  });

  it('says nothing as 200 without a body, for agents under their own key', async () => {
    under('emptyAs200', { form: 'noBody' });
    const answer = await reader.completed({ ...query, skip: 999 });
    expect([answer.status, answer.body.length]).toEqual([200, 0]);
    under('emptyAs200');
    expect(await get('agents?skip=9999')).toMatchObject({ agents: [] });
  });

  it('loses its rows although it counts them', async () => {
    under('missingArray');
    const page = parse(await reader.completed(query)) as Row;
    expect(page).toMatchObject({ totalRecords: 250, lastPollTime: '2026-03-20T12:00:00Z' });
    expect(page).not.toHaveProperty('completedContacts');
    expect((await get('campaigns'))['resultSet']).not.toHaveProperty('campaigns');
  });

  it('counts wrongly, too many or too few', async () => {
    under('wrongTotal', { count: 40 });
    expect((await reader.page(query)).totalRecords).toBe(290);
    under('wrongTotal', { count: -1000 });
    expect((await reader.page(query)).totalRecords).toBe(0);
    expect((await reader.page(query)).completedContacts).toHaveLength(100);
  });

  it('lacks its clock, or its links', async () => {
    const sound = await reader.page(query);
    under('withoutLastPollTime');
    const { lastPollTime, ...rest } = sound;
    expect(lastPollTime).toBeDefined();
    expect(await reader.page(query)).toEqual(rest);
    under('withoutLinks');
    const { _links, ...others } = sound;
    expect(_links).toBeDefined();
    expect(await reader.page(query)).toEqual(others);
  });

  it('links to another host', async () => {
    under('foreignNextLink');
    const { self, next } = (await reader.page(query))._links;
    expect(self.startsWith(simulator.address)).toBe(true);
    expect(next).toMatch(/^https:\/\/elsewhere\.invalid\/incontactapi\//);
  });

  it('comes in a wrapper, or without one', async () => {
    const [page, agents, campaigns] = [await reader.page(query), await get('agents'), await get('campaigns')];
    under('resultSetWrapper');
    expect(await reader.page(query)).toEqual({ resultSet: page });
    expect(await get('agents')).toEqual({ resultSet: agents });
    expect(await get('campaigns')).toEqual(campaigns);
    under('plainCampaigns');
    expect(await get('campaigns')).toEqual(campaigns['resultSet']);
    expect(await get('agents')).toEqual(agents);
  });

  it('answers HTML unless JSON is named', async () => {
    const path = '/incontactapi/services/v34.0/contacts/completed?top=1';
    const typeFor = async (Accept: string): Promise<string | undefined> =>
      (await reader.get(path, { Accept })).headers['content-type'];
    expect(await typeFor('*/*')).toMatch('json');
    under('htmlUnlessJson');
    expect(await typeFor('*/*')).toBe('text/html');
    expect(await typeFor('application/json')).toMatch('json');
  });

  it.each(['2026-03-10T00:00:00+05:00', '2026-03-10'])('refuses the date %s', async (startDate) => {
    expect((await reader.completed({ ...query, startDate })).status).toBe(200);
    under('refuseOffsets');
    const answer = await reader.completed({ ...query, startDate });
    expect([answer.status, answer.headers['icstatusdescription']]).toEqual([
      400,
      'Invalid date in parameter startDate',
    ]);
    expect((await reader.completed(query)).status).toBe(200);
  });

  it('takes offsets for Z', async () => {
    const shifted = { ...query, startDate: '2026-03-10T00:00:00+05:00', endDate: '2026-03-10T23:59:59-0500' };
    under('ignoreOffsets');
    expect((await reader.page(shifted)).completedContacts).toEqual(
      (await reader.page({ ...query, endDate: '2026-03-10T23:59:59Z' })).completedContacts,
    );
  });

  it('understands one spelling of "updated since" only', async () => {
    const since = '2026-03-18T00:00:00Z';
    const total = async (list: string, name: string): Promise<number> => {
      const answer: Answer = await reader.get(`${apiPath}/${list}?${name}=${since}`);
      return answer.status === 204 ? 0 : ((parse(answer) as Row)['totalRecords'] as number);
    };
    const few = await total('agents', 'updateSince');
    expect(few).toBeLessThan(120);
    expect([await total('agents', 'updatedSince'), await total('teams', 'updateSince')]).toEqual([few, 0]);
    under('updateSinceOnly');
    expect([await total('agents', 'updateSince'), await total('agents', 'updatedSince')]).toEqual([few, 120]);
    expect([await total('teams', 'updateSince'), await total('teams', 'updatedSince')]).toEqual([0, 8]);
    under('updatedSinceOnly');
    expect([await total('agents', 'updateSince'), await total('agents', 'updatedSince')]).toEqual([120, few]);
    const changed = await reader.completed({ updatedSince: since, orderBy: 'lastUpdateTime asc' });
    expect((parse(changed) as ContactPage).totalRecords).toBeGreaterThan(0);
  });

  it('withholds agents and says how many', async () => {
    under('hiddenAgents', { count: 20 });
    expect(await get('agents')).toMatchObject({ hiddenAgents: 20, totalRecords: 100 });
    under('hiddenAgents', { count: 500 });
    expect((await reader.get(`${apiPath}/agents`)).status).toBe(204);
    under('hiddenAgents');
    expect(await get('agents')).toMatchObject({ hiddenAgents: 3, totalRecords: 117 });
  });
});

describe('rows that arrive or change with an old stamp', () => {
  it('lie outside of what a reader of updatedSince looks at again', async () => {
    const now = simulatedNow;
    const simulator = await startSimulator({ contactsPerDay: 50, clock: () => now });
    const reader = await Reader.of(simulator);
    const since = async (minutes: number): Promise<number> => {
      const updatedSince = new Date(now - minutes * 60_000).toISOString();
      const answer = await reader.completed({ ...wholeDay, updatedSince, orderBy: 'lastUpdateTime asc' });
      return answer.status === 204 ? 0 : (parse(answer) as ContactPage).totalRecords;
    };
    simulator.setFaults([
      { name: 'updateRows', onCall: 1, args: { count: 3, agoSeconds: 3600 } },
      { name: 'insertLate', onCall: 1, args: { count: 2, agoSeconds: 7200 } },
    ]);
    await reader.page({ ...wholeDay, orderBy: 'contactId' });
    expect([await since(30), await since(90), await since(150)]).toEqual([0, 3, 5]);
    await simulator.close();
  });

  it('may be ten megabytes of one note', async () => {
    const faults = [{ name: 'badRecords', args: { kinds: ['giantNote'], every: 60 } }] as const;
    const simulator = await startSimulator({ contactsPerDay: 60, clock: () => simulatedNow, faults });
    const reader = await Reader.of(simulator);
    const { from, to } = { from: Date.parse('2026-03-01T00:00:00Z'), to: Date.parse('2026-03-11T00:00:00Z') };
    const [bad] = simulator.truth({ from, to }).badRecords;
    const { body } = await reader.get(
      `${apiPath}/contacts/${bad?.contactId}?fields=contactId,dispositionNotes`,
    );
    expect(body.length).toBeGreaterThan(10 * 1024 * 1024);
    await simulator.close();
  });
});
