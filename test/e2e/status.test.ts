import { Client, Connection, type ConnectionOptions } from '@temporalio/client';
import { TypedSearchAttributes } from '@temporalio/common';
import { readDatabase } from '../../client/status/read-database';
import { listTemporal, readTemporal } from '../../client/status/read-temporal';
import { extractDefaults } from '../../config/tenant-schema';
import { openStore } from '../../store';
import { searchAttributeKeys as keys } from '../../workflows/search-attributes';
import { taskQueues } from '../../workflows/task-queues';
import type { StatusReport } from '../../client/status/status-report';
import { type CommandResult, runCommand, startCommand } from './run-command';
import {
  eventually,
  openTestEnvironment,
  reportOf,
  settledDay as day,
  type TestEnvironment,
} from './test-environment';

jest.setTimeout(120_000);

let environment: TestEnvironment;
beforeAll(async () => {
  environment = await openTestEnvironment({ simulator: { contactsPerDay: 60, loggedShare: 0.5 } });
});
afterAll(() => environment?.close());

const status = (...args: string[]): Promise<CommandResult> => runCommand(environment, ['status', ...args]);
async function json(...args: string[]): Promise<StatusReport> {
  const { stdout, stderr } = await status(...args, '--json');
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout) as StatusReport;
}
const first = ({ tenants: [tenant] }: StatusReport) => {
  if (!tenant) throw new Error('no tenant');
  return tenant;
};

/** A window of the ledger that ended, or waits, without a run. */
const insertWindow = (from: string, to: string, more: Readonly<Record<string, unknown>>) => {
  const row = {
    tenant: 'acme',
    window_start: from,
    window_end: to,
    read_by: 'start',
    skill_ids: [],
    campaign_ids: [],
    media_type_ids: [],
    attempt: 1,
    workflow_id: `sync-window:acme:${from}/${to}`,
    run_id: 'run',
    ...more,
  };
  const names = Object.keys(row);
  return environment.query(
    `insert into cxone.sync_window (${names.join(', ')}) values (${names.map((_name, n) => `$${n + 1}`).join(', ')})`,
    Object.values(row),
  );
};

describe('cxone-sync status', () => {
  it('works before anything has run, and without a worker, which it says', async () => {
    const { status: code, stdout, stderr } = await status();
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain('! No worker is listening on cxone-sync');
    expect(stdout).toContain('never synced live');
    expect(first(await json())).toMatchObject({
      tenant: 'acme',
      lagSeconds: null,
      windows: { complete: 0, running: 0, parked: 0, failed: 0 },
      parked: [],
      schedules: [],
      backfills: [],
    });
  });

  it('shows what a window left behind: it, its recordings and the quotas', async () => {
    await environment.startWorker();
    const report = reportOf(await environment.sync(day));
    const tenant = first(await json());
    expect(tenant.windows).toMatchObject({ complete: 1, running: 0, failed: 0 });
    expect(report.recordings.stored).toBeGreaterThan(0);
    expect(tenant.recordings).toEqual({
      pending: report.recordings.pending,
      unlikely: 0,
      stored: report.recordings.stored,
      absent: report.recordings.absent,
      failed: report.recordings.failed,
    });
    expect(tenant.quotas).toContainEqual(
      expect.objectContaining({ family: 'media', requests: 1_000_000, perSeconds: 1, pace: 1 }),
    );
    const { stdout } = await status();
    expect(stdout).toMatch(/windows +\[█{24}\] 100 % {2}1 complete, 0 running/);
    expect(stdout).not.toContain('No worker');
  });

  it('shows the lag, and of a schedule when it runs next', async () => {
    await environment.query(
      `insert into cxone.watermark values ('acme', 'contacts', now() - interval '90 minutes')`,
    );
    await runCommand(environment, ['schedule', 'apply', '--tenant', 'acme', '--every', '6h', '--no-reread']);
    await runCommand(environment, ['schedule', 'pause', '--tenant', 'acme']);
    const paused = first(await json());
    expect(paused.schedules).toMatchObject([{ id: 'incremental:acme', paused: true, next: null }]);
    expect(paused.lagSeconds).toBeGreaterThanOrEqual(5_400);
    expect(paused.lagSeconds).toBeLessThan(5_600);
    await runCommand(environment, ['schedule', 'resume', '--tenant', 'acme']);
    const tenant = first(await json());
    expect(tenant.schedules?.[0]?.next).toMatch(/^\d{4}-.*Z$/);
    await runCommand(environment, ['schedule', 'remove', '--tenant', 'acme']);
  });

  it('ends with status 4 for what lags, when asked to check, and 0 otherwise', async () => {
    expect(await status('--check', '--quiet')).toMatchObject({
      status: 4,
      stderr: expect.stringMatching(/^acme: 54\d\d s behind\n$/) as string,
    });
    expect(await status('--max-lag', '2h')).toMatchObject({ status: 0, stderr: '' });
    expect(await status()).toMatchObject({ status: 0 });
  });

  it('names parked windows of the ledger and the latest failures, with their pages', async () => {
    await insertWindow('2025-02-01T00:00:00Z', '2025-02-02T00:00:00Z', {
      status: 'running',
      parked_at: new Date(Date.now() - 60_000),
      parked_code: 'MediaForbidden',
      parked_message: 'CXone Media Playback refuses.',
      parked_remedy: 'Give the permission.',
    });
    await insertWindow('2025-02-02T00:00:00Z', '2025-02-03T00:00:00Z', {
      status: 'failed',
      error_code: 'RequestTimeout',
      closed_at: new Date(Date.now() - 30_000),
    });
    const tenant = first(await json('--tenant', 'acme'));
    expect(tenant.windows).toMatchObject({ complete: 1, running: 0, parked: 1, failed: 1 });
    const id = 'sync-window:acme:2025-02-01T00:00:00Z/2025-02-02T00:00:00Z';
    expect(tenant.parked).toEqual([
      {
        id,
        code: 'MediaForbidden',
        message: 'CXone Media Playback refuses.',
        remedy: 'Give the permission.',
        since: expect.stringMatching(/Z$/) as string,
        from: '2025-02-01T00:00:00Z',
        to: '2025-02-02T00:00:00Z',
        url: `${environment.env['TEMPORAL_UI_URL']}/namespaces/${environment.namespace}/workflows/${encodeURIComponent(id)}/run/history`,
      },
    ]);
    expect(tenant.failures).toMatchObject([{ code: 'RequestTimeout', status: 'failed' }]);
    const { status: code, stdout, stderr } = await status('--check');
    expect(code).toBe(4);
    expect(stderr).toContain('acme: 1 parked\nacme: 1 failed\n');
    expect(stdout).toContain(`npx cxone-sync resume ${id}`);
  });

  it('names what the live sync could not read, with the command that reads it', async () => {
    await environment.query(
      `insert into cxone.live_gap (tenant, gap_start, gap_end, begun_start, begun_end)
       values ('acme', '2025-01-01T00:00:00Z', '2025-01-02T12:00:00Z', '2025-01-01T00:00:00Z', '2025-01-02T12:00:00Z')`,
    );
    const command =
      'npx cxone-sync backfill --tenant acme --from 2025-01-01T00:00:00Z --to 2025-01-02T12:00:00Z --force';
    const { stdout, stderr } = await status('--check');
    expect(stdout).toContain('unread      2025-01-01T00:00:00Z – 2025-01-02T12:00:00Z');
    expect(stdout).toContain(`→ ${command}`);
    expect(stderr).toContain('acme: 1 unread since the live sync was away\n');
    expect(first(await json()).gaps).toMatchObject([{ underWay: false, cancelled: false, command }]);
    await environment.query('delete from cxone.live_gap');
  });

  it('names a parked run that could not note itself, and whose worker is gone', async () => {
    const run = await environment.client.workflow.start('incrementalSync', {
      // No worker polls this queue.
      taskQueue: 'deserted',
      workflowId: 'incremental:acme-parked',
      args: [{ tenant: 'acme' }],
      typedSearchAttributes: new TypedSearchAttributes([
        { key: keys.tenant, value: 'acme' },
        { key: keys.status, value: 'AwaitingOperator' },
        { key: keys.errorType, value: 'InvalidClient' },
      ]),
    });
    try {
      const parked = await eventually('Temporal lists it', async () => {
        const found = first(await json()).parked.find(({ id }) => id === run.workflowId);
        if (!found) throw new Error('not yet');
        return found;
      });
      expect(parked).toMatchObject({ code: 'InvalidClient', since: null });
      expect(parked.remedy).toContain('clientId and clientSecret');
      expect(parked.url).toContain(run.firstExecutionRunId);
    } finally {
      await run.terminate();
    }
  });

  it('shows a backfill under way with its progress while a worker runs', async () => {
    const backfill = await environment.client.workflow.start('backfill', {
      taskQueue: taskQueues.workflows,
      workflowId: 'backfill:acme:status',
      args: [
        {
          tenant: 'acme',
          from: '2025-03-01T00:00:00Z',
          to: '2025-03-10T00:00:00Z',
          // Many, and one at a time: status is read long before its end.
          window: '1h',
          concurrency: 1,
          recordings: false,
        },
      ],
    });
    try {
      const shown = await eventually('it is listed', async () => {
        const [found] = first(await json()).backfills ?? [];
        if (!found?.progress) throw new Error('not yet, or over');
        return found;
      });
      expect(shown).toMatchObject({ id: 'backfill:acme:status', progress: { windows: 216 } });
    } finally {
      await backfill.terminate().catch(() => undefined);
    }
  });

  it('asks Temporal and the database as often for a thousand tenants as for one', async () => {
    const names = Array.from({ length: 1_000 }, (_, place) => `tenant-${place}`);
    let calls = 0;
    type Interceptor = NonNullable<ConnectionOptions['interceptors']>[number];
    const counting = ((options, next) => {
      calls += 1;
      return next(options);
    }) as Interceptor;
    const connection = await Connection.connect({
      address: environment.env['TEMPORAL_ADDRESS'] as string,
      interceptors: [counting],
    });
    const queries: unknown[] = [];
    const store = openStore({ url: environment.databaseUrl, maxConnections: 4 });
    const query = store.pool.query.bind(store.pool) as (...args: unknown[]) => unknown;
    store.pool.query = ((...args: unknown[]) => {
      queries.push(args[0]);
      return query(...args);
    }) as typeof store.pool.query;
    const linkOf = (id: string): string => id;
    const ask = async (tenants: readonly string[]) => {
      [calls, queries.length] = [0, 0];
      const client = new Client({ connection, namespace: environment.namespace });
      const known = new Map(tenants.map((tenant) => [tenant, new Set<string>()]));
      const lists = await listTemporal(client, undefined);
      const seen = await readTemporal(client, lists, { known, workers: false, linkOf });
      expect([...seen.tenants.keys()]).toEqual(tenants);
      const settings = tenants.map((tenant) => ({
        ...{ tenant, recordedCalls: 'all' as const, skillIds: [], campaignIds: [], mediaTypeIds: [] },
        limits: { media: { requests: 150, perSeconds: 300 } },
        extract: extractDefaults,
      }));
      expect([...(await readDatabase(store, settings, linkOf)).keys()]).toEqual(tenants);
      return { calls, queries: queries.length };
    };
    try {
      // The first look asks the database for its clock besides.
      await ask([]);
      const one = await ask(names.slice(0, 1));
      expect(one.calls).toBeGreaterThan(0);
      expect(one.queries).toBeGreaterThan(0);
      expect(await ask(names)).toEqual(one);
    } finally {
      await store.close();
      await connection.close();
    }
  });

  it('shows what the database holds when Temporal cannot be reached, with status 3', async () => {
    const away = { TEMPORAL_ADDRESS: '127.0.0.1:1' };
    const result = await runCommand(environment, ['status', '--json'], away);
    expect(result.status).toBe(3);
    expect(result.stderr).toContain('Temporal cannot be reached');
    const report = JSON.parse(result.stdout) as StatusReport;
    expect(report.temporal).toMatchObject({ reachable: false, workers: null });
    expect(first(report)).toMatchObject({ windows: { parked: 1 }, schedules: null, backfills: null });
  });

  it('watches until it is interrupted: plain looks where there is no terminal', async () => {
    const running = startCommand(environment, ['status', '--watch', '--every', '1s']);
    let seen = '';
    running.process.stdout?.on('data', (text: string) => (seen += text));
    await eventually('two looks', async () => {
      if (seen.split('every 1 s').length < 3) throw new Error(seen);
    });
    running.process.kill('SIGINT');
    const { status: code, stdout } = await running.ended;
    expect(code).toBe(130);
    expect(stdout).not.toContain('\x1b');
  });

  it.each([
    ['an unknown tenant', ['--tenant', 'unknown'], 2],
    ['a time that is none', ['--watch', '--every', 'often'], 2],
  ])('refuses %s', async (_what, args, code) => {
    expect((await status(...args)).status).toBe(code);
  });
});
