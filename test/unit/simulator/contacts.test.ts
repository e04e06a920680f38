import { type Simulator, startSimulator } from '../../../simulator';
import { ask, type ContactPage, dayWindow, parse, Reader, type Row, simulatedNow, wholeDay } from './client';
import names from './published-field-names.json';

const ids = (rows: readonly Row[]): number[] => rows.map((row) => row['contactId'] as number);
const ascending = (values: readonly number[]): number[] => values.toSorted((a, b) => a - b);

describe('GET /contacts/completed', () => {
  let simulator: Simulator;
  let reader: Reader;
  let all: Row[];

  beforeAll(async () => {
    simulator = await startSimulator({ contactsPerDay: 600, clock: () => simulatedNow });
    reader = await Reader.of(simulator);
    all = await reader.pages({ ...wholeDay, orderBy: 'contactStartDate asc' }, 10_000);
  });
  afterAll(() => simulator.close());

  const truthRows = async (query = ''): Promise<Row[]> => {
    const window = 'from=2026-03-10T00:00:00Z&to=2026-03-11T00:00:00Z';
    const { body } = await ask(`${simulator.address}/simulator/truth/contacts?${window}${query}`);
    return body
      .toString()
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Row);
  };

  it.each([7, 64, 200, 599, 600, 601])('gives the truth, row for row, in pages of %d', async (top) => {
    const rows = await reader.pages({ ...wholeDay, orderBy: 'contactStartDate asc' }, top);
    const byId = new Map(rows.map((row) => [row['contactId'], row]));
    expect(byId.size).toBe(rows.length);
    expect((await truthRows()).map((row) => byId.get(row['contactId']))).toEqual(await truthRows());
    expect(rows).toHaveLength(simulator.truth(dayWindow).contacts);
  });

  it('serves exactly the published fields', () => {
    const expected = names.contact.filter((name) => name !== 'tags').toSorted();
    for (const row of all) expect(Object.keys(row).toSorted()).toEqual(expected);
  });

  it('wraps pages in the published members', async () => {
    const page = await reader.page({ ...wholeDay, orderBy: 'contactId', top: 2, skip: 2 });
    expect(Object.keys(page).toSorted()).toEqual(names.completed.toSorted());
    expect(Object.keys(page._links).toSorted()).toEqual(['next', 'previous', 'self']);
    expect(page.totalRecords).toBe(600);
    expect(page.lastPollTime).toBe('2026-03-20T12:00:00Z');
  });

  it('links pages by absolute addresses that can be followed to the end', async () => {
    const found: number[] = [];
    let page = await reader.page({ ...wholeDay, orderBy: 'contactId', top: 250 });
    expect(page._links.previous).toBeUndefined();
    for (;;) {
      found.push(...ids(page.completedContacts));
      if (page._links.next === undefined) break;
      expect(page._links.next.startsWith(simulator.address)).toBe(true);
      page = parse(await reader.get(page._links.next)) as ContactPage;
    }
    expect(found).toEqual(ascending(ids(all)));
  });

  it('answers 204 without a body when nothing matches and past the end', async () => {
    for (const query of [
      { ...wholeDay, skip: 600 },
      { ...wholeDay, skillId: 1 },
      { ...wholeDay, endDate: '2026-03-01T00:00:00Z' },
    ]) {
      const answer = await reader.completed({ ...query, orderBy: 'contactId' });
      expect([answer.status, answer.body.length]).toEqual([204, 0]);
    }
  });

  it('holds contacts of the kinds a call centre has', () => {
    const share = (test: (row: Row) => boolean): number => all.filter(test).length / all.length;
    expect(share((row) => row['contactId'] !== row['masterContactId'])).toBeGreaterThan(0.1);
    expect(share((row) => row['contactId'] !== row['masterContactId'])).toBeLessThan(0.2);
    expect(share((row) => row['agentId'] === null)).toBeGreaterThan(0.02);
    expect(share((row) => row['mediaTypeId'] === 4)).toBeGreaterThan(0.6);
    expect(new Set(all.map((row) => row['mediaTypeId'])).size).toBeGreaterThan(4);
    expect(share((row) => !Number.isInteger(row['totalDurationSeconds']))).toBeGreaterThan(0.9);
    expect(share((row) => (row['contactStartDate'] as string).includes('.'))).toBeGreaterThan(0.5);
    expect(share((row) => !(row['contactStartDate'] as string).includes('.'))).toBeGreaterThan(0.1);
    expect(share((row) => row['dispositionNotes'] !== null)).toBeGreaterThan(0.1);
    expect(
      all.every(
        (row) => Date.parse(row['lastUpdateTime'] as string) > Date.parse(row['contactStartDate'] as string),
      ),
    ).toBe(true);
    expect(all.every((row) => /^\d{12}$/.test(String(row['contactId'])))).toBe(true);
  });

  it('keeps every leg after its master, with the master among the rows', () => {
    const byId = new Map(all.map((row) => [row['contactId'], row]));
    for (const row of all) {
      const master = byId.get(row['masterContactId']);
      expect(master?.['masterContactId']).toBe(row['masterContactId']);
      expect(master?.['isLogged']).toBe(row['isLogged']);
      const starts = [master, row].map((leg) => Date.parse(leg?.['contactStartDate'] as string));
      expect(starts[0]).toBeLessThanOrEqual(starts[1] as number);
    }
  });

  it('is busy by day and quiet by night', () => {
    const within = (from: number, to: number): number =>
      all.filter((row) => {
        const hour = new Date(row['contactStartDate'] as string).getUTCHours();
        return hour >= from && hour < to;
      }).length;
    expect(within(9, 12)).toBeGreaterThan(5 * within(1, 4));
  });

  it.each([
    ['contactStartDate', (row: Row) => Date.parse(row['contactStartDate'] as string)],
    ['lastUpdateTime', (row: Row) => Date.parse(row['lastUpdateTime'] as string)],
    ['contactId', (row: Row) => row['contactId']],
    ['AGENTSECONDS', (row: Row) => row['agentSeconds']],
    ['agentId', (row: Row) => row['agentId'] ?? -1],
    ['skillName', (row: Row) => row['skillName']],
    [
      'analyticsProcessedDate',
      (row: Row) => Date.parse((row['analyticsProcessedDate'] as string) ?? '1970-01-01Z'),
    ],
  ])('orders by %s both ways, across pages', async (field, keyOf) => {
    for (const direction of ['asc', 'desc', 'DESC', '']) {
      const rows: Row[] = [];
      for (let skip = 0; skip < 600; skip += 170) {
        rows.push(
          ...(await reader.page({ ...wholeDay, orderBy: `${field} ${direction}`, top: 170, skip }))
            .completedContacts,
        );
      }
      const keys = rows.map(keyOf) as number[];
      const sorted = keys.toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0));
      expect(keys).toEqual(/desc/i.test(direction) ? sorted.toReversed() : sorted);
    }
  });

  it('promises no order among equal keys: it differs from request to request', async () => {
    const query = { ...wholeDay, orderBy: 'mediaTypeId asc' };
    const [first, second] = [await reader.page(query), await reader.page(query)];
    expect(ids(first.completedContacts)).not.toEqual(ids(second.completedContacts));
    expect(ascending(ids(first.completedContacts))).toEqual(ascending(ids(second.completedContacts)));
  });

  it('shares stamps among rows, at the start and at the last update', () => {
    const repeats = (field: string): number => all.length - new Set(all.map((row) => row[field])).size;
    expect(repeats('contactStartDate')).toBeGreaterThan(0);
    expect(repeats('lastUpdateTime')).toBeGreaterThan(50);
  });

  it('promises no order without orderBy, though one request holds each row once', async () => {
    const [first, second] = [await reader.page(wholeDay), await reader.page(wholeDay)];
    expect(ids(first.completedContacts)).not.toEqual(ids(second.completedContacts));
    expect(ascending(ids(first.completedContacts))).toEqual(ascending(ids(all)));
    const paged = await reader.pages(wholeDay, 100);
    expect(new Set(ids(paged)).size).toBeLessThan(600);
  });

  it('takes both ends of the window as inclusive', async () => {
    const row = all[100] as Row;
    const moment = new Date(row['contactStartDate'] as string).toISOString();
    const page = await reader.page({ startDate: moment, endDate: moment, orderBy: 'contactId' });
    expect(ids(page.completedContacts)).toContain(row['contactId']);
    const before = new Date(Date.parse(moment) - 1).toISOString();
    const rows = await reader.pages({ ...wholeDay, endDate: before, orderBy: 'contactId' }, 1000);
    expect(ids(rows)).not.toContain(row['contactId']);
  });

  it('counts with top=1 what it would list', async () => {
    for (const window of [wholeDay, { startDate: '2026-03-01T07:00:00Z', endDate: '2026-03-03T10:00:00Z' }]) {
      const rows = await reader.pages({ ...window, orderBy: 'contactStartDate' }, 5000);
      expect((await reader.page({ ...window, top: 1, orderBy: 'contactStartDate' })).totalRecords).toBe(
        rows.length,
      );
    }
  });

  it('caps pages at 10,000 rows', async () => {
    const window = { startDate: '2026-02-01T00:00:00Z', endDate: '2026-02-28T23:59:59.999Z' };
    const page = await reader.page({ ...window, orderBy: 'contactStartDate', top: 50_000 });
    expect([page.completedContacts.length, page.totalRecords]).toEqual([10_000, 28 * 600]);
  });

  it.each([
    ['skillId', 'skillId'],
    ['campaignId', 'campaignId'],
    ['mediaTypeId', 'mediaTypeId'],
    ['mediaSubTypeId', 'mediaSubTypeId'],
    ['mediaSubTypeName', 'mediaSubTypeName'],
    ['agentId', 'agentId'],
    ['teamId', 'teamId'],
    ['isLogged', 'isLogged'],
    ['isRefused', 'isRefused'],
    ['isTakeover', 'isTakeover'],
    ['analyticsProcessed', 'isAnalyticsProcessed'],
    ['fromAddress', 'fromAddress'],
    ['toAddress', 'toAddress'],
  ])('filters by %s', async (parameter, field) => {
    const value = all.find((row) => row[field] !== null && row[field] !== false)?.[field] as string | number;
    const rows = await reader.pages({ ...wholeDay, [parameter]: value, orderBy: 'contactId' }, 250);
    expect(ids(rows)).toEqual(ascending(ids(all.filter((row) => row[field] === value))));
  });

  it('lists by updatedSince alone whatever changed since, inclusively, in the order of change', async () => {
    const since = Date.parse('2026-03-18T06:00:00Z');
    const wide = { startDate: '2026-03-14T00:00:00Z', orderBy: 'contactId' };
    const expected = (await reader.pages(wide, 10_000)).filter(
      (row) => Date.parse(row['lastUpdateTime'] as string) >= since,
    );
    const query = { updatedSince: new Date(since).toISOString(), orderBy: 'lastUpdateTime asc' };
    const rows = await reader.pages(query, 300);
    expect(ascending(ids(rows))).toEqual(ascending(ids(expected)));
    const [row] = rows as [Row];
    const edge = new Date(row['lastUpdateTime'] as string).toISOString();
    expect(ids(await reader.pages({ ...query, updatedSince: edge }, 5000))).toContain(row['contactId']);
  });

  it('joins updatedSince and a window', async () => {
    const since = Date.parse('2026-03-11T00:00:00Z');
    const expected = all.filter((row) => Date.parse(row['lastUpdateTime'] as string) >= since);
    for (const orderBy of ['lastUpdateTime', 'contactStartDate', 'contactId', 'skillId']) {
      const rows = await reader.pages({ ...wholeDay, updatedSince: '2026-03-11T00:00:00Z', orderBy }, 90);
      expect(ascending(ids(rows))).toEqual(ascending(ids(expected)));
    }
  });

  it('selects columns', async () => {
    const page = await reader.page({ ...wholeDay, fields: 'ContactId, lastUpdateTime', top: 3 });
    for (const row of page.completedContacts)
      expect(Object.keys(row)).toEqual(['contactId', 'lastUpdateTime']);
  });

  it('adds tags when asked', async () => {
    const page = await reader.page({ ...wholeDay, tags: 'true', orderBy: 'contactId' });
    const tags = page.completedContacts.flatMap((row) => row['tags'] as Row[]);
    expect(tags.length).toBeGreaterThan(50);
    for (const tag of tags) expect(Object.keys(tag)).toEqual(names.tag);
  });

  it('speaks the old names up to v24', async () => {
    const page = await reader.page(
      { ...wholeDay, tags: 'true', orderBy: 'contactStart asc', top: 50 },
      'v21.0',
    );
    for (const row of page.completedContacts) {
      expect(Object.keys(row)).toEqual(
        expect.arrayContaining([
          'contactStart',
          'fromAddr',
          'toAddr',
          'mediaType',
          'confSeconds',
          'ACWSeconds',
        ]),
      );
      expect(Object.keys(row)).not.toEqual(expect.arrayContaining(['contactStartDate']));
      expect(row['tags']).not.toEqual([expect.objectContaining({ contactId: expect.any(Number) as number })]);
    }
  });

  it('lists the states that a contact went through, up to its release, under both spellings', async () => {
    const { completedContacts } = await reader.page({ ...wholeDay, orderBy: 'contactId', top: 30 });
    for (const row of completedContacts) {
      const path = `/incontactapi/services/v34.0/contacts/${String(row['contactId'])}`;
      const history = parse(await reader.get(`${path}/state-history`)) as { contactStateHistory: Row[] };
      expect(parse(await reader.get(`${path}/statehistory`))).toEqual(history);
      const states = history.contactStateHistory;
      expect(states[0]?.['startDate']).toBe(row['contactStartDate']);
      expect(states.at(-1)).toMatchObject({ contactStateName: 'Released', duration: 'PT0S' });
      const lasted = states.map(({ duration }) => Number(/^PT([\d.]+)S$/.exec(String(duration))?.[1]));
      const total = lasted.reduce((sum, seconds) => sum + seconds, 0);
      expect(Math.abs(total - Number(row['totalDurationSeconds']))).toBeLessThan(1);
    }
    expect((await reader.get('/incontactapi/services/v34.0/contacts/1/state-history')).status).toBe(404);
  });

  it.each([
    ['startDate', '2026-03-10T00:00:00+99:00'],
    ['endDate', '10 March 2026'],
    ['updatedSince', '2026-13-45T00:00:00Z'],
    ['top', '-1'],
    ['skip', 'x'],
    ['skillId', '1,2'],
    ['isLogged', 'maybe'],
    ['orderBy', 'a; drop'],
  ])('refuses %s=%s with 400 and a header that says why', async (parameter, value) => {
    const answer = await reader.completed({ ...wholeDay, [parameter]: value });
    expect([answer.status, answer.body.length]).toEqual([400, 0]);
    expect(answer.headers['icstatusdescription']).toContain(parameter);
  });

  it.each([
    ['an offset', '2026-03-10T02:00:00+02:00', '2026-03-09T19:00:00.000-0500'],
    ['a date', '2026-03-10', '2026-03-10T00:00:00Z'],
    ['no zone', '2026-03-10T00:00:00', '2026-03-10T00:00'],
  ])('reads dates with %s to the instant', async (_name, ...starts) => {
    const expected = await reader.page({ ...wholeDay, orderBy: 'contactId' });
    for (const startDate of starts)
      expect(await reader.page({ ...wholeDay, startDate, orderBy: 'contactId' })).toMatchObject({
        totalRecords: expected.totalRecords,
        completedContacts: expected.completedContacts,
      });
    // A plus sign that was not encoded.
    const query = 'startDate=2026-03-10T02:00:00+02:00&endDate=2026-03-11T01:59:59.999+02:00';
    const raw = await reader.get(`/incontactapi/services/v34.0/contacts/completed?${query}`);
    expect(parse(raw)).toMatchObject({ totalRecords: expected.totalRecords });
  });

  it('answers JSON to */*, as HTTP libraries ask, and whatever else does not begin with HTML', async () => {
    const path = '/InContactAPI/services/v34.0/contacts/completed?top=1';
    for (const accept of ['*/*', 'application/*', 'text/plain, */*', 'application/json, text/html']) {
      const answer = await reader.get(path, { Accept: accept });
      expect([answer.status, Object.keys(parse(answer) as object)]).toContainEqual(
        expect.arrayContaining(['completedContacts']),
      );
    }
  });

  it.each([
    '//incontactApi//services/v34.0/contacts/completed',
    '/incontactApi/services//v34.0//contacts//completed',
  ])('takes the doubled slashes of %s for one', async (path) => {
    const answer = await reader.get(`${path}?${new URLSearchParams(wholeDay).toString()}&top=1`);
    const { _links } = parse(answer) as ContactPage;
    expect(new URL(_links.self).pathname).toBe('/incontactApi/services/v34.0/contacts/completed');
  });

  it('answers HTML with 200 when Accept is missing or begins with HTML', async () => {
    const path = '/InContactAPI/services/v34.0/contacts/completed?top=1';
    for (const accept of [undefined, '', 'text/html', 'text/html, application/json']) {
      const answer = await reader.get(path, { Accept: accept });
      expect([answer.status, answer.body.toString()]).toEqual([200, 'No known way to render data']);
      expect(answer.headers['content-type']).toBe('text/html');
    }
  });

  it('refuses missing and foreign tokens with 401, an empty body and a header that says why', async () => {
    for (const token of [undefined, 'Bearer x', 'Basic eA==']) {
      const answer = await reader.get('/incontactapi/services/v34.0/contacts/completed', {
        Authorization: token,
      });
      expect([answer.status, answer.body.length]).toEqual([401, 0]);
      expect(answer.headers['icstatusdescription']).toMatch(/token/i);
    }
  });

  it('finds one contact under the key contactId, and answers 404 for none', async () => {
    const row = all[5] as Row;
    const answer = await reader.get(`/incontactapi/services/v34.0/contacts/${String(row['contactId'])}`);
    expect(parse(answer)).toMatchObject({ businessUnitId: expect.any(Number) as number, contactId: row });
    expect((await reader.get('/incontactapi/services/v34.0/contacts/999')).status).toBe(404);
  });

  it('calls a query that would look at tens of millions of rows a time-out', async () => {
    const heavy = { startDate: '1971-01-01T00:00:00Z', orderBy: 'contactId', skillId: 4501 };
    const big = await startSimulator({ contactsPerDay: 100_000, clock: () => simulatedNow });
    const answer = await (await Reader.of(big)).completed(heavy);
    await big.close();
    expect(answer.status).toBe(408);
  });
});
