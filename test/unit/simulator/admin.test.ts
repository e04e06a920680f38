import { createHash } from 'node:crypto';
import { type Simulator, startSimulator, type Truth } from '../../../simulator';
import { ask, askToken, dayWindow, parse, Reader, type Row, simulatedNow, wholeDay } from './client';

describe('the simulator about itself', () => {
  let simulator: Simulator;
  let reader: Reader;

  beforeAll(async () => {
    simulator = await startSimulator({ contactsPerDay: 300, clock: () => simulatedNow });
    reader = await Reader.of(simulator);
  });
  afterAll(() => simulator.close());

  const admin = (path: string, method = 'GET', body?: string): ReturnType<typeof ask> =>
    ask(`${simulator.address}/simulator/${path}`, { method, ...(body !== undefined && { body }) });
  const window = 'from=2026-03-10T00:00:00Z&to=2026-03-11T00:00:00Z';

  it('is healthy', async () => {
    expect(parse(await admin('health'))).toEqual({ status: 'ok' });
    expect((await admin('nothing')).status).toBe(404);
  });

  it('gives a truth that anyone can compute from the API', async () => {
    const truth = parse(await admin(`truth?${window}`)) as Truth;
    const rows = await reader.pages({ ...wholeDay, orderBy: 'contactId asc' }, 77);
    const lines = rows.map(
      (row) => `${String(row['contactId'])}|${new Date(row['lastUpdateTime'] as string).toISOString()}\n`,
    );
    expect(truth).toEqual(simulator.truth(dayWindow));
    expect(truth.contactsHash).toBe(createHash('sha256').update(lines.join('')).digest('hex'));
    expect(truth.masterContacts).toBe(new Set(rows.map((row) => row['masterContactId'])).size);
    const logged = rows.filter((row) => row['isLogged']).map((row) => row['masterContactId']);
    expect(truth.loggedMasterContacts).toBe(new Set(logged).size);
    const { agents } = parse(await reader.get('/incontactapi/services/v34.0/agents')) as { agents: Row[] };
    const agentLines = agents.map(
      (agent) => `${String(agent['agentId'])}|${new Date(agent['lastUpdated'] as string).toISOString()}\n`,
    );
    expect(truth.agents).toBe(agents.length);
    expect(truth.agentsHash).toBe(createHash('sha256').update(agentLines.join('')).digest('hex'));
    expect(truth.recordings).toBeUndefined();
  });

  it('takes the window as half-open and filters as unions', async () => {
    const whole = simulator.truth(dayWindow).contacts;
    const noon = dayWindow.from + 12 * 3_600_000;
    const [morning, evening] = [
      simulator.truth({ from: dayWindow.from, to: noon }).contacts,
      simulator.truth({ from: noon, to: dayWindow.to }).contacts,
    ];
    expect(morning + evening).toBe(whole);
    const count = async (filter: string): Promise<number> =>
      (parse(await admin(`truth?${window}&${filter}`)) as Truth).contacts;
    const [phone, chat] = [await count('mediaTypeIds=4'), await count('mediaTypeIds=3')];
    expect(await count('mediaTypeIds=3,4')).toBe(phone + chat);
    expect(phone).toBeGreaterThan(chat);
    expect(await count('skillIds=&campaignIds=')).toBe(whole);
    const { totalRecords } = await reader.page({ ...wholeDay, skillId: 4501, orderBy: 'contactId', top: 1 });
    expect(await count('skillIds=4501')).toBe(totalRecords);
  });

  it('lists the truth line by line, filtered alike', async () => {
    const answer = await admin(`truth/contacts?${window}&mediaTypeIds=3`);
    const lines = answer.body.toString().trimEnd().split('\n');
    const rows = await reader.pages({ ...wholeDay, mediaTypeId: 3, orderBy: 'contactId' }, 1000);
    expect(lines.map((line) => JSON.parse(line) as Row)).toEqual(rows);
    expect(answer.headers['content-type']).toBe('application/x-ndjson');
  });

  it('lists of a window only what was last updated in a span, when that is asked for', async () => {
    const lines = async (query: string): Promise<readonly Row[]> => {
      const { body } = await admin(`truth/contacts?${window}${query}`);
      return body
        .toString()
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as Row);
    };
    const span = { updatedFrom: '2026-03-10T10:00:00.000Z', updatedTo: '2026-03-10T14:00:00.000Z' };
    const isIn = (row: Row): boolean => {
      const stamp = Date.parse(String(row['lastUpdateTime']));
      return stamp >= Date.parse(span.updatedFrom) && stamp < Date.parse(span.updatedTo);
    };
    const wanted = (await lines('')).filter(isIn);
    expect(wanted.length).toBeGreaterThan(10);
    expect(await lines(`&${new URLSearchParams(span).toString()}`)).toEqual(wanted);
  });

  it.each([
    'truth',
    'truth?from=2026-03-10&to=2026-03-11',
    'truth?from=2026-03-10T00:00:00Z&to=2026-03-11T00:00:00Z&skillIds=a',
  ])('refuses %s with a reason', async (path) => {
    const answer = await admin(path);
    expect([answer.status, parse(answer)]).toEqual([400, { message: expect.any(String) as string }]);
  });

  it('journals every request once, without secrets, until it is cleared', async () => {
    simulator.journal.clear();
    await askToken(simulator);
    await reader.completed({ ...wholeDay, top: 3, orderBy: 'contactId' });
    await reader.completed({ ...wholeDay, skip: 9999 });
    await reader.get('/nothing');
    const seen = simulator.journal.entries().map(({ family, status }) => [family, status]);
    expect(seen).toEqual([
      ['auth', 200],
      ['contacts', 200],
      ['contacts', 204],
      ['unknown', 404],
    ]);
    expect(simulator.journal.entries({ family: 'contacts' })[0]).toEqual({
      at: simulatedNow,
      method: 'GET',
      path: '/incontactapi/services/v34.0/contacts/completed',
      family: 'contacts',
      tenant: 'default',
      query: { ...wholeDay, top: '3', orderBy: 'contactId' },
      status: 200,
    });
    expect(simulator.journal.count({ family: 'contacts', status: 204 })).toBe(1);
    expect(simulator.journal.count({ path: 'CONTACTS/completed' })).toBe(2);
    const { count, entries } = parse(await admin('journal?family=contacts')) as {
      count: number;
      entries: unknown[];
    };
    expect([count, entries.length]).toEqual([2, 2]);
    const text = JSON.stringify(simulator.journal.entries());
    for (const canary of simulator.canaries) expect(text).not.toContain(canary);
    expect((await admin('journal', 'DELETE')).status).toBe(204);
    expect(simulator.journal.count()).toBe(0);
  });

  it('takes faults at run time, and says what is wrong with them', async () => {
    const rules = [{ name: 'status', match: { family: 'contacts' }, args: { status: 503 } }];
    expect((await admin('faults', 'PUT', JSON.stringify(rules))).status).toBe(204);
    expect(parse(await admin('faults'))).toEqual(rules);
    expect((await reader.completed(wholeDay)).status).toBe(503);
    for (const body of ['{', '[{"name":"x"}]']) {
      const answer = await admin('faults', 'PUT', body);
      expect([answer.status, parse(answer)]).toEqual([400, { message: expect.any(String) as string }]);
    }
    expect((await admin('faults', 'PUT', '[]')).status).toBe(204);
    expect((await reader.completed(wholeDay)).status).toBe(200);
  });

  it('plants canaries in notes and phone numbers that occur nowhere else', async () => {
    const rows = await reader.pages({ ...wholeDay, orderBy: 'contactId' }, 1000);
    const note = simulator.canaries.find((text) => text.includes('note')) as string;
    const notes = rows.map((row) => row['dispositionNotes'] as string | null).filter((text) => text !== null);
    expect(notes.length).toBeGreaterThan(20);
    expect(notes.every((text) => text.includes(note))).toBe(true);
    const [phone] = simulator.canaries as [string];
    for (const row of rows) {
      expect(row['fromAddress']).toContain(phone);
      expect(row['toAddress']).toContain(phone);
      const { fromAddress, toAddress, dispositionNotes, ...rest } = row;
      expect([fromAddress, toAddress, dispositionNotes]).toHaveLength(3);
      expect(JSON.stringify(rest)).not.toContain(phone);
    }
  });
});
