import { type Simulator, startSimulator } from '../../../../simulator';
import { parse, Reader, type Row, simulatedNow, wholeDay } from '../client';
import names from '../published-field-names.json';

interface AgentPage extends Row {
  readonly agents: readonly Row[];
  readonly totalRecords: number;
  readonly _links: { readonly next?: string };
}

const apiPath = '/incontactapi/services/v34.0';
const lower = (text: string): string => text.toLowerCase();

describe('the Admin API', () => {
  let simulator: Simulator;
  let reader: Reader;

  beforeAll(async () => {
    simulator = await startSimulator({ contactsPerDay: 500, clock: () => simulatedNow });
    reader = await Reader.of(simulator);
  });
  afterAll(() => simulator.close());

  const list = async (query = ''): Promise<AgentPage> =>
    parse(await reader.get(`${apiPath}/agents${query}`)) as AgentPage;

  it('lists all agents in one published page, none hidden', async () => {
    const page = await list();
    expect(Object.keys(page).toSorted()).toEqual(names.agents.toSorted());
    expect(page).toMatchObject({ totalRecords: 120, hiddenAgents: 0, lastPollTime: '2026-03-20T12:00:00Z' });
    expect(page.agents).toHaveLength(120);
  });

  it('serves the published fields, with the uneven casing and types of the real thing', async () => {
    const { agents } = await list();
    const expected = names.agent.map(lower).toSorted();
    for (const agent of agents) expect(Object.keys(agent).map(lower).toSorted()).toEqual(expected);
    expect(Object.keys(agents[0] as Row)).toEqual(
      expect.arrayContaining([
        'userId',
        'SmsThreshold',
        'DigitalThreshold',
        'UseTeamsmsThreshold',
        'teamUuid',
      ]),
    );
    expect(new Set(agents.map((agent) => typeof agent['reportToId']))).toEqual(new Set(['string', 'number']));
    expect(new Set(agents.map((agent) => agent['middleName']))).toEqual(new Set(['Q', null]));
    const canary = simulator.canaries.find((text) => text.includes('apikey')) as string;
    expect(agents.every((agent) => (agent['apiKey'] as string).startsWith(canary))).toBe(true);
  });

  it('knows every agent that contacts name, under the same names and teams', async () => {
    const { agents } = await list();
    const byId = new Map(agents.map((agent) => [agent['agentId'], agent]));
    for (const row of await reader.pages({ ...wholeDay, orderBy: 'contactId' }, 1000)) {
      if (row['agentId'] === null) continue;
      const { firstName, lastName, teamId } = row;
      expect(byId.get(row['agentId'])).toMatchObject({ firstName, lastName, teamId });
    }
  });

  it('pages by skip and top and by links, and answers 204 past the end', async () => {
    const found: unknown[] = [];
    let page = await list('?top=50');
    for (;;) {
      found.push(...page.agents.map((agent) => agent['agentId']));
      if (page._links.next === undefined) break;
      page = parse(await reader.get(page._links.next)) as AgentPage;
    }
    expect(found).toEqual((await list()).agents.map((agent) => agent['agentId']));
    expect((await reader.get(`${apiPath}/agents?skip=120`)).status).toBe(204);
  });

  it.each(['updatedSince', 'updateSince'])('takes %s inclusively', async (name) => {
    const { agents } = await list();
    const stamps = agents.map((agent) => agent['lastUpdated'] as string).toSorted();
    const since = stamps[60] as string;
    const page = await list(`?${name}=${since}`);
    expect(page.totalRecords).toBe(stamps.filter((stamp) => stamp >= since).length);
    expect((await reader.get(`${apiPath}/agents?${name}=2026-03-41`)).status).toBe(400);
  });

  it('filters, searches, orders and selects', async () => {
    const { agents } = await list();
    const inactive = agents.filter((agent) => agent['isActive'] === false).length;
    expect((await list('?isActive=false')).totalRecords).toBe(inactive);
    expect(inactive).toBeGreaterThan(0);
    expect((await list('?searchString=agent.77@')).agents).toHaveLength(1);
    const ordered = await list('?orderBy=lastUpdated desc&fields=agentId,lastUpdated'.replaceAll(' ', '%20'));
    const stamps = ordered.agents.map((agent) => Date.parse(agent['lastUpdated'] as string));
    expect(stamps).toEqual(stamps.toSorted((a, b) => b - a));
    expect(Object.keys(ordered.agents[0] as Row)).toEqual(['agentId', 'lastUpdated']);
  });

  it('finds one agent by either id, and answers 404 for an unknown one', async () => {
    const [, , agent] = (await list()).agents;
    for (const id of [agent?.['agentId'], agent?.['userId']]) {
      expect(parse(await reader.get(`${apiPath}/agents/${String(id)}`))).toEqual({ agents: [agent] });
    }
    for (const id of ['1', '99999999', 'unknown'])
      expect((await reader.get(`${apiPath}/agents/${id}`)).status).toBe(404);
  });

  it('lists the skills of agents in pages, whose last one names no next', async () => {
    const get = async (rest: string): Promise<Row> =>
      parse(await reader.get(`${apiPath}/agents/skills?mediaTypeId=4&fields=agentId,skillId&${rest}`)) as Row;
    const all = (await get('')) as { totalRecords: number; _links: Row; agentSkillAssignments: Row[] };
    expect(all._links['next']).toBeNull();
    expect(all.agentSkillAssignments).toHaveLength(all.totalRecords);
    const first = (await get('top=5')) as typeof all;
    const second = parse(await reader.get(String(first._links['next']))) as typeof all;
    expect([...first.agentSkillAssignments, ...second.agentSkillAssignments]).toEqual(
      all.agentSkillAssignments.slice(0, 10),
    );
  });

  it('says in what state every agent is, under both paths', async () => {
    const { agents } = await list();
    const { agentStates } = parse(await reader.get(`${apiPath}/agents/states`)) as { agentStates: Row[] };
    expect(agentStates).toHaveLength(agents.length);
    expect(parse(await reader.get(`${apiPath}/agents-states`))).toEqual({ agentStates });
  });

  it('serves the reference data that contacts refer to', async () => {
    const get = async (name: string): Promise<Row> => parse(await reader.get(`${apiPath}/${name}`)) as Row;
    const { skills } = (await get('skills')) as { skills: Row[] };
    const { campaigns } = (await get('campaigns'))['resultSet'] as { campaigns: Row[] };
    const { teams } = (await get('teams')) as { teams: Row[] };
    const { dispositions } = (await get('dispositions')) as { dispositions: Row[] };
    const known = {
      skillId: new Set(skills.map((row) => row['skillId'])),
      campaignId: new Set(campaigns.map((row) => row['id'])),
      teamId: new Set([null, ...teams.map((row) => row['teamId'])]),
      primaryDispositionId: new Set([null, ...dispositions.map((row) => row['dispositionId'])]),
    };
    for (const row of await reader.pages({ ...wholeDay, orderBy: 'contactId' }, 1000)) {
      for (const [field, values] of Object.entries(known)) expect(values).toContain(row[field]);
    }
    expect(await get('business-unit')).toMatchObject({
      businessUnits: [{ tenantId: simulator.credentials.tenantId }],
    });
    expect(await get('media-types')).toMatchObject({ mediaTypes: expect.any(Array) as unknown[] });
  });

  it('takes its prefix in any case, knows versions, and answers 404 to the rest', async () => {
    expect((await reader.get('/InContactAPI/services/v30.0/agents?top=1')).status).toBe(200);
    for (const path of [
      '/incontactapi/services/v99.0/agents',
      `${apiPath}/nothing`,
      '/nothing',
      `${apiPath}/contacts/x`,
    ]) {
      expect((await reader.get(path)).status).toBe(404);
    }
  });
});
