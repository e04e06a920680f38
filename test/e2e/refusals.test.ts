import { createDatabase } from '../setup/servers';
import { type CommandResult, type EnvironmentChange, runCommand, tenantsFile } from './run-command';
import { openTestEnvironment, settledDay as day, type TestEnvironment } from './test-environment';

let environment: TestEnvironment;
beforeAll(async () => {
  environment = await openTestEnvironment({ simulator: { contactsPerDay: 50, clock: Date.now } });
});
afterAll(() => environment?.close());
beforeEach(() => environment.simulator.journal.clear());

const span = ['--from', day.from, '--to', day.to];
const acme = ['sync', '--tenant', 'acme'];

/** Runs a command that must be refused: its status, a message of a few lines, and nothing started. */
async function refused(
  status: number,
  args: readonly string[],
  change: EnvironmentChange = {},
): Promise<CommandResult> {
  const result = await runCommand(environment, args, change);
  expect(result).toMatchObject({ status });
  expect(result.stderr).not.toMatch(/^\s+at /m);
  expect(result.stderr.trim()).not.toBe('');
  const { count } = await environment.client.workflowService.countWorkflowExecutions({
    namespace: environment.namespace,
    query: '',
  });
  expect(Number(count)).toBe(0);
  expect(await environment.query('select * from cxone.sync_window')).toEqual([]);
  return result;
}

const isoDaysAhead = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString();

describe('bad input is refused with status 2', () => {
  it('an unknown tenant, naming those that are known', async () => {
    const { stderr } = await refused(2, ['sync', '--tenant', 'acmee', ...span]);
    expect(stderr).toMatch(/"acmee".*known: acme/);
  });

  it('a window that ends where it begins', async () => {
    const { stderr } = await refused(2, [...acme, '--from', day.from, '--to', day.from]);
    expect(stderr).toMatch(/"to".*later than "from"/);
  });

  it('a date without a zone, saying how to write it', async () => {
    const { stderr } = await refused(2, [...acme, '--from', '2025-03-10T00:00:00', '--to', day.to]);
    expect(stderr).toMatch(/"from".*no time zone.*2025-03-10T00:00:00Z/);
  });

  it('a day that no calendar has', async () => {
    const { stderr } = await refused(2, [...acme, '--from', '2025-02-30T00:00:00Z', '--to', day.to]);
    expect(stderr).toMatch(/"from".*not a day of the calendar/);
  });

  it('an unknown flag, a missing one and ids that are none', async () => {
    expect((await refused(2, [...acme, ...span, '--skills', '4'])).stderr).toContain(
      "unknown option '--skills'",
    );
    expect((await refused(2, [...acme, '--from', day.from])).stderr).toContain('--to');
    expect((await refused(2, [...acme, ...span, '--skill', '4,x'])).stderr).toContain(
      'ids separated by commas',
    );
    expect((await refused(2, ['synch'])).stderr).toContain("unknown command 'synch'");
  });

  it('with --json, as one document on stdout', async () => {
    const { stdout } = await refused(2, ['sync', '--tenant', 'unknown', ...span, '--json']);
    expect(JSON.parse(stdout)).toMatchObject({ ok: false, error: { code: 'UnknownTenant' } });
  });
});

describe('bad settings are refused with status 2', () => {
  it('all of them at once, each by name', async () => {
    const { stderr } = await refused(2, [...acme, ...span], {
      DATABASE_URL: undefined,
      TEMPORAL_ADDRESS: 'nowhere',
      TEMPORAL_UI_URL: 'ftp://ui',
    });
    expect(stderr).toMatch(/^DATABASE_URL is not set/m);
    expect(stderr).toMatch(/^TEMPORAL_ADDRESS "nowhere" is not an address/m);
    expect(stderr).toMatch(/^TEMPORAL_UI_URL "ftp:\/\/ui" is not an address/m);
  });

  it('a recordings address that is missing', async () => {
    expect((await refused(2, [...acme, ...span], { RECORDINGS_URL: undefined })).stderr).toMatch(
      /^RECORDINGS_URL/,
    );
  });

  it('a tenants file that is not there', async () => {
    const { stderr } = await refused(2, [...acme, ...span], { TENANTS_FILE: '/nowhere/tenants.json' });
    expect(stderr).toMatch(/TENANTS_FILE.*\/nowhere\/tenants\.json/);
  });

  it('a secret written into the tenants file, without repeating it', async () => {
    const secret = 'literal-secret-5d41402a';
    const file = tenantsFile(environment, 'literal', { clientSecret: secret });
    const { stdout, stderr } = await refused(2, [...acme, ...span], { TENANTS_FILE: file });
    expect(stderr).toMatch(/tenants\.acme\.clientSecret.*\{"env": "NAME"\}/);
    expect(stdout + stderr).not.toContain(secret);
  });

  it('an unknown key in the tenants file, guessing which was meant', async () => {
    const file = tenantsFile(environment, 'misspelt', { pagesize: 10 });
    const { stderr } = await refused(2, [...acme, ...span], { TENANTS_FILE: file });
    expect(stderr).toMatch(/tenants\.acme\.pagesize.*Did you mean pageSize\?/);
  });

  it('a recordings folder that cannot be written', async () => {
    // Below a regular file: root may write into any folder, but no one below a file.
    const url = `file://${environment.folder}/tenants.json/recordings`;
    const { stderr } = await refused(2, [...acme, ...span], { RECORDINGS_URL: url });
    expect(stderr).toMatch(/cannot be written.*RECORDINGS_URL/);
    expect(environment.simulator.journal.count()).toBe(0);
  });
});

describe('what refuses or cannot be reached ends with status 3', () => {
  it('a database that does not answer, without showing its password', async () => {
    const url = 'postgresql://someone:hunter2-password@127.0.0.1:1/cxone';
    const { stdout, stderr } = await refused(3, [...acme, ...span], { DATABASE_URL: url });
    expect(stderr).toMatch(/PostgreSQL cannot be reached.*DATABASE_URL/);
    expect(stdout + stderr).not.toContain('hunter2');
  });

  it('a database that is not migrated, saying how to', async () => {
    const empty = await createDatabase();
    try {
      const { stderr } = await refused(3, [...acme, ...span], { DATABASE_URL: empty.url });
      expect(stderr).toContain('npx cxone-sync migrate');
    } finally {
      await empty.drop();
    }
  });

  it('a Temporal server that does not answer, or lacks the namespace', async () => {
    const nowhere = await refused(3, [...acme, ...span], { TEMPORAL_ADDRESS: '127.0.0.1:1' });
    expect(nowhere.stderr).toMatch(/Temporal cannot be reached.*TEMPORAL_ADDRESS \(now 127\.0\.0\.1:1\)/);
    const elsewhere = await refused(3, [...acme, ...span], { TEMPORAL_NAMESPACE: 'no-such-namespace' });
    expect(elsewhere.stderr).toContain('no-such-namespace');
  });

  it('task queues that no worker serves', async () => {
    const { stderr } = await refused(3, [...acme, ...span]);
    expect(stderr).toMatch(/No worker is listening on cxone-sync, .*npx cxone-sync worker/);
    expect(environment.simulator.journal.count()).toBe(0);
  });

  describe('while a worker listens', () => {
    beforeAll(async () => {
      await environment.startWorker();
    });

    it.each([
      ['client secret', { ACME_CLIENT_SECRET: 'not-the-client-secret' }, /clientSecret/],
      ['access key', { ACME_ACCESS_KEY_SECRET: 'not-the-access-key' }, /accessKeySecret/],
    ])('a wrong %s, after a single attempt', async (_what, change: EnvironmentChange, remedy) => {
      const { stdout, stderr } = await refused(3, [...acme, ...span], change);
      expect(stderr).toMatch(remedy);
      expect(environment.simulator.journal.count({ family: 'auth' })).toBe(1);
      expect(environment.simulator.journal.count({ family: 'contacts' })).toBe(0);
      for (const secret of Object.values(change)) expect(stdout + stderr).not.toContain(secret);
    });

    it('a CXone that does not answer', async () => {
      const file = tenantsFile(environment, 'unreachable', { issuer: 'http://127.0.0.1:1' });
      const { stderr } = await refused(3, [...acme, ...span], { TENANTS_FILE: file });
      expect(stderr).toMatch(/127\.0\.0\.1:1 cannot be reached/);
    });

    it('a service user without the permission to read contacts, naming it', async () => {
      environment.simulator.setFaults([
        { name: 'status', match: { family: 'contacts' }, args: { status: 403 } },
      ]);
      const { stderr } = await refused(3, [...acme, ...span]);
      environment.simulator.setFaults([]);
      expect(stderr).toMatch(/ACD > ACD > View.*Contact History/);
    });

    it('but a window that reaches into the future is bad input, by CXone’s clock', async () => {
      const half = await refused(2, [...acme, '--from', isoDaysAhead(-1), '--to', isoDaysAhead(1)]);
      expect(half.stderr).toMatch(/lies in the future: CXone’s clock says/);
      const whole = await refused(2, [...acme, '--from', isoDaysAhead(1), '--to', isoDaysAhead(2)]);
      expect(whole.stderr).toMatch(/lies in the future/);
    });
  });
});
