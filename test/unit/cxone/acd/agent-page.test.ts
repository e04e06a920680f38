import fc from 'fast-check';
import { agentFields, parseAgentPage, readAgent } from '../../../../cxone';
import { agentFields as storedFields } from '../../../../store/tables/agent-columns';
import { type FakeCxone, paths, startFake } from '../fake-cxone';

const parse = (body: unknown) =>
  parseAgentPage(Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)));
const canary = 'api-key-canary';

it('knows exactly the fields the store has columns for', () => {
  expect([...agentFields].sort()).toEqual([...storedFields].sort());
});

describe('a page of agents', () => {
  it('gives records, counts, the server’s clock and how many are hidden', async () => {
    const body = {
      lastPollTime: '2026-01-01T00:00:00Z',
      totalRecords: 3,
      hiddenAgents: 2,
      agents: [{ agentId: 1 }],
    };
    await expect(parse(body)).resolves.toMatchObject({
      records: [{ agentId: 1 }],
      totalRecords: 3,
      hiddenAgents: 2,
      lastPollTime: '2026-01-01T00:00:00Z',
    });
    expect((await parse(body)).body.toString()).toBe(JSON.stringify(body));
  });

  it.each(['', '[]', '{}', { agents: [] }, { agents: null }, { resultSet: { agents: [] } }])(
    'may be empty: %j',
    async (body) => {
      await expect(parse(body)).resolves.toMatchObject({ records: [], hiddenAgents: 0 });
    },
  );

  it.each(['apiKey', 'ApiKey', 'APIKEY', '\\u0061piKey'])(
    'loses %s before anything is landed',
    async (key) => {
      const page = await parse(
        `{"totalRecords":1,"agents":[{"agentId":9007199254740993,"${key}":"${canary}","userName":"u"}]}`,
      );
      expect(page.body.toString()).toBe(
        '{"totalRecords":1,"agents":[{"agentId":9007199254740993,"userName":"u"}]}',
      );
      expect(page.records).toEqual([{ agentId: 9007199254740993n, userName: 'u' }]);
      await expect(parseAgentPage(page.body)).resolves.toMatchObject({
        records: page.records,
        totalRecords: 1,
      });
    },
  );

  it('are landed as they can be read again, without their secrets, where the answer is wrapped', async () => {
    const page = await parse({
      resultSet: { totalRecords: '1', agents: [{ agentId: '7', apiKey: canary }] },
    });
    expect(page.body.toString()).not.toContain(canary);
    expect(page.records).toEqual([{ agentId: '7' }]);
    await expect(parseAgentPage(page.body)).resolves.toMatchObject({ records: [{ agentId: '7' }] });
  });

  it('never keeps an API key, whatever stands around it', async () => {
    const agent = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 2 }));
    await fc.assert(
      fc.asyncProperty(fc.array(agent, { maxLength: 4 }), async (agents) => {
        const page = await parse({ agents: agents.map((one) => ({ ...one, apiKey: canary })) });
        expect(page.body.toString()).not.toContain(canary);
        expect(page.records).toHaveLength(agents.length);
      }),
    );
  });
});

describe('an agent', () => {
  it('is read whatever the casing', () => {
    const reading = readAgent({
      AgentId: '12',
      userID: 'uuid-1',
      teamUuId: 'uuid-2',
      DivisionNo: 3,
      LoginAuthenticatorId: 'x',
      isActive: 'True',
      reportToId: '77',
      hiringSource: 4,
      hireDate: '2016-09-13',
    });
    expect(reading).toMatchObject({
      ok: true,
      extra: null,
      drift: [],
      values: {
        agentId: 12,
        userId: 'uuid-1',
        teamUuid: 'uuid-2',
        divisionNo: 3,
        loginAuthenticatorId: 'x',
        isActive: true,
        reportToId: 77,
        hiringSource: '4',
        hireDate: '2016-09-13T00:00:00Z',
      },
    });
  });

  it('keeps thresholds in extra without calling them new', () => {
    const reading = readAgent({
      agentId: 1,
      SmsThreshold: 3,
      ACWEnabled: true,
      Teams_channel_Id: 'c',
      neverSeen: 1,
    });
    expect(reading).toMatchObject({
      extra: '{"SmsThreshold":3,"ACWEnabled":true,"Teams_channel_Id":"c","neverSeen":1}',
      drift: [{ field: 'neverSeen', observedType: 'number' }],
    });
  });

  it.each([{}, { agentId: 0 }, { agentId: 'x' }, null, []])(
    'is rejected without a usable id: %j',
    (record) => {
      expect(readAgent(record)).toMatchObject({ ok: false });
    },
  );

  it('never makes the reader throw', () => {
    fc.assert(
      fc.property(fc.anything(), (record) => {
        expect(typeof readAgent(record).ok).toBe('boolean');
      }),
    );
  });
});

describe('asking for agents', () => {
  let fake: FakeCxone;
  beforeEach(async () => {
    fake = await startFake();
  });
  afterEach(() => fake.close());

  it('sends what changed since, an order and the paging', async () => {
    fake.on(paths.agents, { status: 204 });
    const client = fake.client();
    const updatedSince = new Date('2026-01-01T00:00:00Z');
    await client.agentPage({ updatedSince, skip: 0, top: 100 });
    await client.agentPage({ updatedSince, skip: 5, top: 100 });
    await client.agentPage({ skip: 0, top: 1 });
    const [, first, second] = fake.seen(paths.agents).map(({ query }) => Object.fromEntries(query));
    expect(first).toEqual({
      updatedSince: '2026-01-01T00:00:00.000Z',
      orderBy: 'agentId asc',
      skip: '5',
      top: '100',
    });
    expect(second).toEqual({ orderBy: 'agentId asc', skip: '0', top: '1' });
  });

  it('takes a missing list, though there are more agents, for incomplete', async () => {
    fake.on(paths.agents, { body: { totalRecords: 6 } });
    await expect(fake.client().agentPage({ skip: 5, top: 1 })).rejects.toMatchObject({
      code: 'IncompleteAnswer',
    });
  });

  it('looks one up by id; null when there is none', async () => {
    fake.on(`${paths.agents}/12`, { body: { agents: [{ agentId: 12, apiKey: canary }] } });
    fake.on(`${paths.agents}/13`, { status: 204 });
    fake.on(`${paths.agents}/14`, { status: 404 });
    fake.on(`${paths.agents}/15`, { body: { agents: [] } });
    const client = fake.client();
    await expect(client.agent('12')).resolves.toMatchObject({ records: [{ agentId: 12 }] });
    expect((await client.agent('12'))?.body.toString()).not.toContain(canary);
    expect(await Promise.all(['13', '14', '15'].map((id) => client.agent(id)))).toEqual([null, null, null]);
  });
});
