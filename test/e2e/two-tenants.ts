import { writeFileSync } from 'node:fs';
import type { WindowReport } from '../../activities/types';
import { startBackfill } from '../../client/backfill/backfill-run';
import type { JournalEntry, SimulatorOptions, TenantOptions } from '../../simulator';
import { type BackfillInput, planBackfill } from '../../workflows/backfill/backfill-input';
import { taskQueues } from '../../workflows/task-queues';
import { openTestEnvironment, type TestEnvironment } from './test-environment';

export type TenantName = 'small' | 'big';

export interface TwoTenantOptions {
  readonly simulator?: SimulatorOptions;
  readonly small?: TenantOptions;
  readonly big?: TenantOptions;
  /** What the tenants file says of both. */
  readonly tenant?: object;
}

/** A test environment with two customers behind one issuer, one worker and one database. */
export interface TwoTenants extends TestEnvironment {
  /** One run of the live sync, started as its schedule does it: without a priority. */
  tick(tenant: TenantName): Promise<WindowReport>;
  backfill(input: BackfillInput): ReturnType<typeof startBackfill>;
  /** Requests to CXone's APIs in the order they came in; tokens and discovery are not among them. */
  asked(tenant?: TenantName): readonly JournalEntry[];
}

/** Opens it with the worker under way. */
export async function openTwoTenants(options: TwoTenantOptions): Promise<TwoTenants> {
  const { simulator: settings, small, big, tenant } = options;
  const environment = await openTestEnvironment({
    simulator: {
      ...settings,
      tenants: [
        { name: 'small', ...small },
        { name: 'big', ...big },
      ],
    },
  });
  try {
    const secrets: Record<string, string> = {};
    const tenants = environment.simulator.tenants.map(({ name, credentials }) => {
      const prefix = name.toUpperCase();
      secrets[`${prefix}_CLIENT_SECRET`] = credentials.clientSecret;
      secrets[`${prefix}_ACCESS_KEY_SECRET`] = credentials.accessKeySecret;
      const entry = {
        issuer: environment.simulator.address,
        clientId: credentials.clientId,
        clientSecret: { env: `${prefix}_CLIENT_SECRET` },
        accessKeyId: credentials.accessKeyId,
        accessKeySecret: { env: `${prefix}_ACCESS_KEY_SECRET` },
        allowInsecureHosts: ['127.0.0.1'],
        recordedCalls: 'logged',
        limits: { media: { requests: 1_000_000, perSeconds: 1 } },
        ...tenant,
      };
      return [name, entry] as const;
    });
    writeFileSync(
      environment.env['TENANTS_FILE'] ?? '',
      JSON.stringify({ tenants: Object.fromEntries(tenants) }),
    );
    await environment.startWorker(secrets);
  } catch (error) {
    await environment.close();
    throw error;
  }
  let ticks = 0;
  return {
    ...environment,
    tick: async (name) =>
      environment.client.workflow.execute<(input: object) => Promise<WindowReport>>('incrementalSync', {
        taskQueue: taskQueues.workflows,
        workflowId: `incremental:${name}-${(ticks += 1)}`,
        args: [{ tenant: name }],
      }),
    backfill: async (input) => startBackfill(environment.client, input, planBackfill(input, new Date())),
    asked: (name) =>
      environment.simulator.journal
        .entries(name === undefined ? {} : { tenant: name })
        .filter(({ family }) => family !== 'auth' && family !== 'discovery'),
  };
}
