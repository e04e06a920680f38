import { Reader } from '../unit/simulator/client';
import {
  dayOf,
  openTestEnvironment,
  reportOf,
  settledDay,
  type TestEnvironment,
  type TestWorker,
} from './test-environment';
import { type ApiRecord, differences, type StoredRow } from './truth';

const tables = {
  skills: ['skill', 'skill_id', 'skillId'],
  campaigns: ['campaign', 'campaign_id', 'campaignId'],
  teams: ['team', 'team_id', 'teamId'],
  dispositions: ['disposition', 'disposition_id', 'dispositionId'],
} as const;
const lists = Object.keys(tables) as (keyof typeof tables)[];

const contacts = 120;
const day = settledDay;
const nextDay = dayOf(Date.parse(day.to));

let environment: TestEnvironment;
let worker: TestWorker;
beforeAll(async () => {
  environment = await openTestEnvironment({
    simulator: { contactsPerDay: contacts, agents: 10, loggedShare: 0 },
  });
  worker = await environment.startWorker();
});
afterAll(() => environment?.close());
beforeEach(() => environment.simulator.journal.clear());
afterEach(() => environment.simulator.setFaults([]));

const asked = (): string[] =>
  environment.simulator.journal
    .entries({ family: 'lookups' })
    .map(({ path }) => path.split('/').at(-1) ?? '');

/** The list as the simulator serves it now. */
async function served(list: keyof typeof tables): Promise<readonly ApiRecord[]> {
  const reader = await Reader.of(environment.simulator);
  const answer = await reader.get(`/incontactapi/services/v34.0/${list}`);
  const body = JSON.parse(answer.body.toString()) as Record<string, unknown>;
  return ((body['resultSet'] ?? body) as Record<string, ApiRecord[]>)[list] ?? [];
}

const rowsOf = (list: keyof typeof tables) =>
  environment.query<StoredRow>(
    `select * from cxone.${tables[list][0]} where tenant = 'acme' order by ${tables[list][1]}`,
  );

/** How a list is stored differently from how it is served; campaigns give id and name twice. */
async function wrong(list: keyof typeof tables): Promise<readonly string[]> {
  const rows = new Map((await rowsOf(list)).map((row) => [String(row[tables[list][1]]), row]));
  return (await served(list)).flatMap(({ id: _id, name: _name, ...record }) =>
    differences(record, rows.get(String(record[tables[list][2]]))),
  );
}

/** Makes every list due, as if its time had come. */
const age = () =>
  environment.query(
    "update cxone.lookup_list set read_at = now() - interval '25 hours', claimed_at = now() - interval '25 hours'",
  );

describe('the reference data', () => {
  it('of the first window are the lists CXone serves, every field of each', async () => {
    const report = reportOf(await environment.sync(day));
    expect(report).toMatchObject({ status: 'complete', fetched: contacts });
    expect(report).not.toHaveProperty('lookupsNotRead');
    expect(asked().toSorted()).toEqual(lists.toSorted());
    for (const list of lists) {
      expect([list, (await rowsOf(list)).length]).toEqual([list, (await served(list)).length]);
      expect([list, await wrong(list)]).toEqual([list, []]);
    }
    expect(await environment.query("select * from cxone.schema_drift where kind <> 'contacts'")).toEqual([]);
  });

  it('explain every contact', async () => {
    const [unexplained] = await environment.query(
      `select count(*)::int as contacts from cxone.contact c
       left join cxone.skill s using (tenant, skill_id) left join cxone.campaign g on g.tenant = c.tenant and g.campaign_id = c.campaign_id
       left join cxone.team t on t.tenant = c.tenant and t.team_id = c.team_id
       where s.skill_name is distinct from c.skill_name or g.campaign_name is distinct from c.campaign_name
          or t.team_name is distinct from c.team_name`,
    );
    expect(unexplained).toEqual({ contacts: 0 });
  });

  it('are not asked for again by the windows after it', async () => {
    reportOf(await environment.sync(nextDay));
    reportOf(await environment.sync(day));
    expect(asked()).toEqual([]);
  });

  it('are read again when their time has come: what changed is updated, what is gone is marked', async () => {
    const before = await rowsOf('skills');
    await age();
    environment.simulator.setFaults([
      { name: 'renameLookups', match: { family: 'lookups' } },
      { name: 'dropLookups', match: { family: 'lookups' } },
    ]);
    reportOf(await environment.sync(day));
    expect(asked().toSorted()).toEqual(lists.toSorted());
    for (const list of lists) {
      const rows = await rowsOf(list);
      const name = `${tables[list][0]}_name`;
      expect([list, String(rows[0]?.[name])]).toEqual([list, expect.stringMatching(/\(renamed\)$/)]);
      expect([list, rows.map((row) => row['absent_since'] !== null)]).toEqual([
        list,
        rows.map((_, index) => index === rows.length - 1),
      ]);
      expect([list, await wrong(list)]).toEqual([list, []]);
    }
    // The rows between are as first written.
    expect((await rowsOf('skills')).slice(1, -1)).toEqual(before.slice(1, -1));
  });

  it('are back when the list shows them again', async () => {
    await age();
    environment.simulator.setFaults([{ name: 'renameLookups', match: { family: 'lookups' } }]);
    reportOf(await environment.sync(day));
    for (const list of lists) {
      expect((await rowsOf(list)).filter((row) => row['absent_since'] !== null)).toEqual([]);
    }
  });

  it('come in small pages, too', async () => {
    await age();
    environment.simulator.setFaults([
      { name: 'renameLookups', match: { family: 'lookups' } },
      { name: 'smallPages', match: { family: 'lookups' }, args: { top: 4 } },
    ]);
    reportOf(await environment.sync(day));
    expect(asked().filter((list) => list === 'skills').length).toBeGreaterThan(3);
    for (const list of lists) {
      expect((await rowsOf(list)).filter((row) => row['absent_since'] !== null)).toEqual([]);
    }
  });
});

describe('a list that is refused', () => {
  it('leaves the window complete; report, details and log say which', async () => {
    await age();
    environment.simulator.setFaults([{ name: 'forbidden', match: { path: '/skills' } }]);
    const handle = await environment.start(nextDay);
    const report = (await handle.result()) as { status: string; lookupsNotRead: readonly object[] };
    expect(report).toMatchObject({ status: 'complete', fetched: contacts });
    expect(report.lookupsNotRead).toMatchObject([{ list: 'skills' }]);
    const details = await handle.query<unknown>('__temporal_workflow_metadata');
    expect(JSON.stringify(details)).toContain('Skills: refused** (missing permission');
    expect(worker.log()).toContain('a reference list cannot be read');
    const [noted] = await environment.query("select error_code from cxone.lookup_list where list = 'skills'");
    expect(noted?.['error_code']).toMatch(/^LookupsForbidden$/);
    const others = ['campaigns', 'dispositions', 'teams'];
    expect(
      asked()
        .filter((list) => list !== 'skills')
        .toSorted(),
    ).toEqual(others);
  });

  it('is not asked for by other windows for a while, which still say so', async () => {
    await environment.query("update cxone.lookup_list set claimed_at = now() - interval '16 minutes'");
    expect(reportOf(await environment.sync(day)).lookupsNotRead).toMatchObject([{ list: 'skills' }]);
    expect(asked()).toEqual([]);
  });

  it('is read by the next run of the same window once it is permitted', async () => {
    expect(reportOf(await environment.sync(nextDay))).not.toHaveProperty('lookupsNotRead');
    expect(asked()).toEqual(['skills']);
    expect(
      await environment.query('select list from cxone.lookup_list where error_code is not null'),
    ).toEqual([]);
  });
});
