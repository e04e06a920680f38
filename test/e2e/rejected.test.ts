import type { BadRecordKind } from '../../simulator';
import { runCommand } from './run-command';
import { openTestEnvironment, reportOf, settledDay as day, type TestEnvironment } from './test-environment';

const kinds: readonly BadRecordKind[] = ['badDate', 'missingKey'];
/** What every phone number of the simulator contains. */
const phone = '19995550';

let environment: TestEnvironment;
let dates = 0;
let all = 0;
beforeAll(async () => {
  environment = await openTestEnvironment({
    simulator: { contactsPerDay: 300, loggedShare: 0.2 },
    tenant: { pageSize: 100 },
  });
  environment.simulator.setFaults([{ name: 'badRecords', args: { kinds, every: 20 } }]);
  const { badRecords } = environment.simulator.truth({ from: Date.parse(day.from), to: Date.parse(day.to) });
  all = badRecords.length;
  dates = badRecords.filter(({ kind }) => kind === 'badDate').length;
  const worker = await environment.startWorker();
  reportOf(await environment.sync({ ...day, recordings: false }));
  // What follows needs neither workers nor Temporal nor CXone.
  await worker.stop();
  environment.simulator.journal.clear();
});
afterAll(() => environment?.close());

const cut = { TEMPORAL_ADDRESS: '127.0.0.1:1' };
const rejected = async (...args: readonly string[]) => runCommand(environment, ['rejected', ...args], cut);
const acme = ['--tenant', 'acme'];

interface Listed {
  readonly total: number;
  readonly records: readonly { readonly hash: string; readonly field: string }[];
}
const listed = async (...args: readonly string[]) =>
  JSON.parse((await rejected('list', '--json', ...args)).stdout) as Listed;

it('there are rejected records of both kinds, or nothing is tested here', () => {
  expect(dates).toBeGreaterThan(2);
  expect(all - dates).toBeGreaterThan(2);
});

describe('the list', () => {
  it('shows tenant, kind, hash and reason of each, and nothing personal', async () => {
    const { status, stdout, stderr } = await rejected('list');
    const lines = stdout.trim().split('\n');
    expect(status).toBe(0);
    expect(lines).toHaveLength(all);
    for (const line of lines) {
      expect(line).toMatch(
        /^acme {2}contacts {2}[0-9a-f]{12} {2}\S.* {2}contact(Id|StartDate) {2}seen 1 {2}/,
      );
    }
    expect(stderr).toContain(`${all} records.`);
    const json = JSON.stringify(await listed());
    for (const text of [stdout, json]) {
      expect(text).not.toContain(phone);
      expect(text).not.toContain('"raw"');
      for (const canary of environment.simulator.canaries) expect(text).not.toContain(canary);
    }
  });

  it('cannot be forged, nor the screen cleared, by the name of a field', async () => {
    const [clear, override] = ['\u001b[2J\u001b[H', '\u202e'];
    await environment.query(
      `insert into cxone.rejected_record (tenant, kind, reason, field, content_hash, raw)
       values ('mallory', 'contacts', $1, $2, $3, '{}')`,
      [`${override}is no number`, `x${clear}\nacme  contacts  000000000000  forged`, 'f'.repeat(64)],
    );
    const { stdout } = await rejected('list', '--tenant', 'mallory');
    expect(stdout.trim().split('\n')).toHaveLength(1);
    expect(stdout).toContain('x\\u001b[2J\\u001b[H\\nacme  contacts  000000000000  forged');
    expect(stdout).toContain('\\u202eis no number');
    await environment.query(`delete from cxone.rejected_record where tenant = 'mallory'`);
  });

  it('can be narrowed down', async () => {
    expect(await listed(...acme, '--reason', 'startdate')).toMatchObject({ total: dates });
    expect(await listed('--kind', 'agents')).toEqual({ total: 0, records: [] });
    expect(await listed('--tenant', 'other')).toEqual({ total: 0, records: [] });
    const { total, records } = await listed('--limit', '2');
    expect({ total, shown: records.length }).toEqual({ total: all, shown: 2 });
    expect((await rejected('list', '--kind', 'letters')).status).toBe(2);
  });
});

describe('one record', () => {
  it('is shown without what it says, unless that is asked for by name', async () => {
    const hash = (await listed()).records[0]?.hash ?? '';
    const shy = await rejected('show', hash.slice(0, 12), ...acme);
    expect(shy.status).toBe(0);
    expect(shy.stdout).toContain(hash);
    expect(shy.stdout).not.toContain(phone);
    expect(shy.stderr).toContain('--raw');
    const open = await rejected('show', hash, ...acme, '--raw');
    expect(JSON.parse(open.stdout)).toHaveProperty('fromAddress', expect.stringContaining(phone));
    expect(open.stderr).toContain('personal data');
    const document = await rejected('show', hash, ...acme, '--json');
    expect(JSON.parse(document.stdout)).not.toHaveProperty('raw');
  });

  it.each([
    ['that is not there', 'abcdef0123'],
    ['whose hash is no hash', 'hash!'],
  ])('%s ends with status 2', async (_what, hash) => {
    expect((await rejected('show', hash, ...acme)).status).toBe(2);
  });

  it('of another tenant is not there', async () => {
    const hash = (await listed()).records[0]?.hash ?? '';
    expect((await rejected('show', hash, '--tenant', 'other')).status).toBe(2);
  });
});

describe('a replay', () => {
  const replay = async (...args: readonly string[]) => {
    const { status, stdout } = await rejected('replay', ...acme, '--json', ...args);
    return { status, ...(JSON.parse(stdout) as object) };
  };
  const contacts = async () =>
    (await environment.query<{ n: number }>('select count(*)::int as n from cxone.contact'))[0]?.n;

  it('leaves what still cannot be read, and says so', async () => {
    expect(await replay()).toEqual({
      status: 4,
      ok: false,
      tenant: 'acme',
      replayed: 0,
      inserted: 0,
      updated: 0,
      stayed: all,
    });
    expect(await contacts()).toBe(300 - all);
    const { status, stdout, stderr } = await rejected('replay', ...acme);
    expect(status).toBe(4);
    expect(stdout).toContain(`${all} still rejected`);
    expect(stderr).toContain('rejected list');
  });

  it('stores a single one whose cause is gone', async () => {
    // As if a later reader understood the word.
    await environment.query(
      `update cxone.rejected_record
       set raw = replace(raw, '"yesterday"', to_json($1::text)::text) where field = 'contactStartDate'`,
      [`${day.from.slice(0, 10)}T12:00:00Z`],
    );
    const record = (await listed()).records.find(({ field }) => field === 'contactStartDate');
    expect(await replay('--hash', record?.hash.slice(0, 12) ?? '')).toMatchObject({
      status: 0,
      ok: true,
      replayed: 1,
      inserted: 1,
      stayed: 0,
    });
    expect(await listed()).toMatchObject({ total: all - 1 });
  });

  it('stores all others whose cause is gone, with their recordings to be fetched', async () => {
    expect(await replay('--kind', 'contacts')).toMatchObject({
      status: 4,
      replayed: dates - 1,
      inserted: dates - 1,
      stayed: all - dates,
    });
    expect(await contacts()).toBe(300 - all + dates);
    const [row] = await environment.query<{ calls: number; pending: number }>(
      `select count(distinct c.master_contact_id)::int as calls,
              count(distinct r.master_contact_id)::int as pending
       from cxone.contact c left join cxone.recording r using (tenant, master_contact_id)
       where c.is_logged and c.contact_start_date = $1`,
      [`${day.from.slice(0, 10)}T12:00:00Z`],
    );
    expect(row?.pending).toBe(row?.calls);
  });

  it('ends with status 0 when there is nothing to do', async () => {
    await environment.query('delete from cxone.rejected_record');
    expect(await replay()).toMatchObject({ status: 0, ok: true, replayed: 0, stayed: 0 });
  });

  it('knows its tenants', async () => {
    expect((await rejected('replay', '--tenant', 'other')).status).toBe(2);
  });

  it('asked neither CXone nor Temporal', () => {
    expect(environment.simulator.journal.entries({ family: 'contacts' })).toEqual([]);
  });
});

it('without a database ends with status 3', async () => {
  const change = { ...cut, DATABASE_URL: 'postgresql://x@127.0.0.1:1/x' };
  expect((await runCommand(environment, ['rejected', 'list'], change)).status).toBe(3);
});

it('without a sub-command says which there are, with status 2', async () => {
  const { status, stderr } = await rejected();
  expect(status).toBe(2);
  expect(stderr).toContain('replay');
});
