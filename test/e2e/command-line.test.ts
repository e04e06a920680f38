import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createDatabase } from '../setup/servers';
import { ask } from '../unit/simulator/client';
import { oneTenant, runCommand, runProgram, startCommand } from './run-command';
import {
  dayOf,
  eventually,
  openTestEnvironment,
  settledDay as day,
  type TestEnvironment,
} from './test-environment';

const contactsPerDay = 400;

let environment: TestEnvironment;
beforeAll(async () => {
  environment = await openTestEnvironment({
    simulator: { contactsPerDay, loggedShare: 0.1 },
    tenant: { pageSize: 100, pagesInFlight: 1 },
  });
});
afterAll(() => environment?.close());
afterEach(() => environment.simulator.setFaults([]));

const sync = (span = day) => ['sync', '--tenant', 'acme', '--from', span.from, '--to', span.to];
const dayBefore = (days: number) => dayOf(Date.parse(day.from) - days * 86_400_000);

describe('cxone-sync worker', () => {
  /** The lines of a worker's log so far. */
  const lines = (log: string) =>
    log
      .trim()
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as { level: string; msg: string; port?: number });
  const portOf = (log: string, message: string) => lines(log).find(({ msg }) => msg === message)?.port ?? 0;

  it('refuses to start with bad settings, naming all of them', async () => {
    const { status, stderr } = await runProgram(environment, ['worker'], {
      DATABASE_URL: undefined,
      HEALTH_ADDRESS: 'here',
      LOG_LEVEL: 'loud',
    });
    expect(status).toBe(2);
    expect(stderr).toMatch(/^DATABASE_URL is not set/m);
    expect(stderr).toMatch(/^HEALTH_ADDRESS "here"/m);
    expect(stderr).toMatch(/^LOG_LEVEL "loud"/m);
  });

  it('ends with status 3 when Temporal cannot be reached', async () => {
    const { status, stderr } = await runProgram(environment, ['worker'], { TEMPORAL_ADDRESS: '127.0.0.1:1' });
    expect(status).toBe(3);
    expect(stderr).toContain('The worker cannot continue');
  });

  it('answers health checks, serves metrics, and stops at SIGTERM with status 0', async () => {
    const worker = await environment.startWorker({ METRICS_ADDRESS: '127.0.0.1:0' });
    const health = `http://127.0.0.1:${portOf(worker.log(), 'health is served')}`;
    const ready = await eventually('a ready worker', async () => {
      const answer = await ask(`${health}/ready`);
      if (answer.status !== 200) throw new Error(answer.body.toString());
      return answer;
    });
    expect(JSON.parse(ready.body.toString())).toEqual({
      ready: true,
      polling: true,
      database: true,
      temporal: true,
      hungSteps: 0,
    });
    expect((await ask(`${health}/live`)).status).toBe(200);
    const metrics = await ask(`http://127.0.0.1:${portOf(worker.log(), 'metrics are served')}/metrics`);
    expect(metrics.status).toBe(200);
    expect(metrics.body.toString()).toMatch(/^temporal_/m);
    expect(await worker.stop()).toEqual({ code: 0, signal: null });
  });

  it('ends with status 2 when a port that was set is taken, as by a worker thought to be gone', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    try {
      for (const name of ['HEALTH_ADDRESS', 'METRICS_ADDRESS']) {
        const { status, stderr } = await runProgram(environment, ['worker'], { [name]: `127.0.0.1:${port}` });
        expect(status).toBe(2);
        expect(stderr).toContain(`${name} is 127.0.0.1:${port}, which is taken (EADDRINUSE)`);
      }
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
  });

  it('leaves a tenant alone whose entry is not in order, says so everywhere, and works for the others', async () => {
    const bad = { ...oneTenant(environment), clientSecret: { env: 'BRAVO_SECRET' }, pageSze: 5 };
    const file = join(environment.folder, 'one-bad.json');
    writeFileSync(file, JSON.stringify({ tenants: { acme: oneTenant(environment), bravo: bad } }));
    const change = { TENANTS_FILE: file, METRICS_ADDRESS: '127.0.0.1:0' };
    const worker = await environment.startWorker(change);
    // Neither the status nor the schedule needs a secret of CXone.
    const secretless = { ...change, ACME_CLIENT_SECRET: undefined, ACME_ACCESS_KEY_SECRET: undefined };
    try {
      const run = await environment.client.workflow.start('incrementalSync', {
        taskQueue: 'cxone-sync',
        workflowId: 'incremental:bravo-by-hand',
        args: [{ tenant: 'bravo' }],
      });
      const span = dayBefore(6);
      expect((await runCommand(environment, [...sync(span), '--no-recordings'], change)).status).toBe(0);

      const status = await eventually('the parked run', async () => {
        const printed = await runCommand(environment, ['status'], secretless);
        if (!printed.stdout.includes('incremental:bravo-by-hand'))
          throw new Error(printed.stdout + printed.stderr);
        return printed;
      });
      expect(status.status).toBe(0);
      expect(status.stdout).toMatch(/^bravo\n +entry +TenantMisconfigured in this tenants file/m);
      expect(status.stdout).toMatch(/tenants\.bravo\.pageSze is not a known key/);
      expect(status.stdout).toMatch(/TenantMisconfigured: The entry of tenant "bravo" .* is not in order/);

      const asked = await runCommand(environment, [...sync(span), '--tenant', 'bravo'], change);
      expect(asked.status).toBe(2);
      expect(asked.stderr).toMatch(/pageSze[^]*BRAVO_SECRET|BRAVO_SECRET[^]*pageSze/);
      const noted = await environment.query('select tenant, problems from cxone.misconfigured_tenant');
      expect(noted).toMatchObject([{ tenant: 'bravo', problems: { length: 2 } }]);
      const metrics = await ask(`http://127.0.0.1:${portOf(worker.log(), 'metrics are served')}/metrics`);
      expect(metrics.body.toString()).toMatch(/^cxone_tenant_misconfigured\{[^}]*tenant="bravo"[^}]*\} 1$/m);
      expect(metrics.body.toString()).toMatch(/^cxone_tenant_misconfigured\{[^}]*tenant="acme"[^}]*\} 0$/m);
      expect(worker.log()).not.toContain(environment.simulator.credentials.clientSecret);
      await run.terminate();
    } finally {
      await worker.stop();
    }
    const alone = join(environment.folder, 'all-bad.json');
    writeFileSync(alone, JSON.stringify({ tenants: { bravo: bad } }));
    expect((await runProgram(environment, ['worker'], { TENANTS_FILE: alone })).status).toBe(2);
  });
});

describe('cxone-sync migrate', () => {
  it('makes the schema, and has nothing to do the second time', async () => {
    const database = await createDatabase();
    try {
      const first = await runProgram(environment, ['migrate'], { DATABASE_URL: database.url });
      expect(first).toMatchObject({ status: 0, stdout: expect.stringMatching(/^Applied 0001-records/) });
      const second = await runCommand(environment, ['migrate', '--json'], { DATABASE_URL: database.url });
      expect(second.status).toBe(0);
      expect(JSON.parse(second.stdout)).toEqual({ applied: [] });
    } finally {
      await database.drop();
    }
  });
});

describe('cxone-sync --version', () => {
  it('prints the version of package.json', async () => {
    const packageFile = readFileSync(join(__dirname, '..', '..', 'package.json'), 'utf8');
    const { version } = JSON.parse(packageFile) as { readonly version: string };
    expect(await runProgram(environment, ['--version'])).toMatchObject({ status: 0, stdout: `${version}\n` });
  });
});

describe('cxone-sync --help', () => {
  it('lists the commands, and each explains its flags and how it ends', async () => {
    const { status, stdout } = await runProgram(environment, ['--help']);
    expect(status).toBe(0);
    for (const command of ['migrate', 'worker', 'sync', 'check', 'plan', 'simulator', 'demo'])
      expect(stdout).toContain(`  ${command}`);
    const help = await runCommand(environment, ['sync', '--help']);
    expect(help.status).toBe(0);
    const flags = ['--tenant', '--from', '--to', '--by', '--skill', '--campaign', '--media-type'];
    for (const flag of [...flags, '--no-recordings', '--detach', '--json', '--quiet']) {
      expect(help.stdout).toContain(flag);
    }
    expect(help.stdout).toMatch(/Exit status: 0 complete/);
  });
});

describe('cxone-sync sync', () => {
  beforeAll(async () => {
    await environment.startWorker();
  });

  it('follows the run and reports what it brought', async () => {
    const { status, stdout, stderr } = await runProgram(environment, sync());
    expect({ status, stderr }).toMatchObject({ status: 0 });
    expect(stdout).toContain('complete    sync-window:acme:2025-03-10T00:00:00Z/2025-03-11T00:00:00Z');
    expect(stdout).toContain('400 of 400 expected: 400 new');
    expect(stderr).toContain(`/namespaces/${environment.namespace}/workflows/`);
  });

  it('with --json prints one document with the counts, and with --quiet nothing else', async () => {
    const { status, stdout, stderr } = await runCommand(environment, [...sync(), '--json', '--quiet']);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout.trim().split('\n')).toHaveLength(1);
    expect(JSON.parse(stdout)).toMatchObject({
      workflowId: 'sync-window:acme:2025-03-10T00:00:00Z/2025-03-11T00:00:00Z',
      status: 'complete',
      expected: contactsPerDay,
      fetched: contactsPerDay,
      inserted: 0,
      unchanged: contactsPerDay,
      recordings: { pending: 0, failed: 0 },
    });
  });

  it('takes filters and leaves recordings out when asked to', async () => {
    environment.simulator.journal.clear();
    const flags = ['--skill', '4501,4502', '--media-type', '4', '--no-recordings', '--json'];
    const { status, stdout } = await runCommand(environment, [...sync(dayBefore(1)), ...flags]);
    const { from, to } = dayBefore(1);
    const filter = { skillIds: [4501, 4502], mediaTypeIds: [4] };
    const truth = environment.simulator.truth({ from: Date.parse(from), to: Date.parse(to), ...filter });
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ fetched: truth.contacts, inserted: truth.contacts });
    expect(environment.simulator.journal.count({ family: 'media' })).toBe(0);
  });

  it('with --detach returns at once with the run’s id and where Web UI shows it', async () => {
    const { status, stdout } = await runCommand(environment, [...sync(dayBefore(2)), '--detach']);
    const [id = '', url, ...rest] = stdout.trim().split('\n');
    expect({ status, rest }).toEqual({ status: 0, rest: [] });
    expect(id).toMatch(/^sync-window:acme:2025-03-08T00:00:00Z\//);
    expect(url).toContain(`/namespaces/${environment.namespace}/workflows/${encodeURIComponent(id)}`);
    expect(await environment.client.workflow.getHandle(id).result()).toMatchObject({ status: 'complete' });
  });

  it('interrupted by Ctrl-C ends with 130 while the run goes on, and joins it when typed again', async () => {
    environment.simulator.journal.clear();
    const contacts = { family: 'contacts' } as const;
    environment.simulator.setFaults([{ name: 'slow', match: contacts, args: { delayMs: 1_500 } }]);
    const first = startCommand(environment, sync(dayBefore(3)));
    // The preflight asks once; what follows is the run's.
    await eventually('a page of the run', async () => {
      if (environment.simulator.journal.count(contacts) < 2) throw new Error('none yet');
    });
    first.process.kill('SIGINT');
    const { status, stderr } = await first.ended;
    expect({ status, stderr }).toEqual({ status: 130, stderr: expect.stringContaining('the run goes on') });
    const runId = /\/([0-9a-f-]{36})\/history/.exec(stderr)?.[1];

    const again = await runCommand(environment, [...sync(dayBefore(3)), '--json']);
    expect(again.status).toBe(0);
    expect(JSON.parse(again.stdout)).toMatchObject({ runId, status: 'complete', inserted: contactsPerDay });
    expect(
      await environment.query('select attempt from cxone.sync_window where window_start = $1', [
        dayBefore(3).from,
      ]),
    ).toEqual([{ attempt: 1 }]);
  });

  it('refused before it starts names where the answer is kept, and shows nothing of it', async () => {
    const body = JSON.stringify({ message: 'no startDate for Jane Quillfeather' });
    environment.simulator.setFaults([
      { name: 'status', match: { family: 'contacts' }, args: { status: 400, body } },
    ]);
    const { status, stderr } = await runCommand(environment, sync(dayBefore(5)));
    expect(status).toBe(3);
    expect(stderr).toMatch(/status 400; it speaks of startDate \(answer [0-9a-f]{12}\)\./);
    expect(stderr).not.toContain('Quillfeather');
    const id = /answer ([0-9a-f]{12})/.exec(stderr)?.[1] ?? '';
    const raw = await runCommand(environment, ['errors', 'show', id, '--raw']);
    expect(raw).toMatchObject({ status: 0, stdout: `${body}\n` });
  });

  it('ends with status 1 and the cause when the run fails', async () => {
    environment.simulator.setFaults([{ name: 'status', match: { family: 'agents' }, args: { status: 403 } }]);
    const { status, stdout, stderr } = await runProgram(environment, [...sync(dayBefore(4)), '--json']);
    expect(status).toBe(1);
    expect(stderr).toMatch(/AgentsForbidden: CXone Admin \(agents\) answered with status 403/);
    expect(JSON.parse(stdout)).toMatchObject({ ok: false, error: { code: 'AgentsForbidden' } });
    expect(
      await environment.query(`select status, error_code from cxone.sync_window where window_start = $1`, [
        dayBefore(4).from,
      ]),
    ).toEqual([{ status: 'failed', error_code: 'AgentsForbidden' }]);
  });
});
