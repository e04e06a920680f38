import { writeFileSync } from 'node:fs';
import { WorkflowFailedError } from '@temporalio/client';
import { createSignIns } from '../../store/tables/sign-ins';
import { exposeRun } from '../e2e/leaks';
import { openTestEnvironment } from '../e2e/test-environment';
import type { CredentialChange } from './drawn-fault';
import { type FaultSchedule, windowOf } from './fault-schedule';
import type { Attempted, AttemptOrder, TestEnvironment } from './test-environment';
import { chaosSimulator, chaosStart, connectionOf } from './chaos-parts';

/** An environment with a server, and how to leave it. */
export interface ServerEnvironment extends TestEnvironment {
  close(): Promise<void>;
}

const tenantOf = ({ seed }: FaultSchedule): string => `s${seed}`;
/** What a run with a handful of faults may take: their back-offs are real here. */
const runAtMostMs = 180_000;

/** Runs schedules through a real Temporal server and the compiled worker, whose tenants file has one tenant for each. */
export async function openServerEnvironment(schedules: readonly FaultSchedule[]): Promise<ServerEnvironment> {
  const openedAt = Date.now();
  const now = (): number => chaosStart + (Date.now() - openedAt);
  const environment = await openTestEnvironment({ simulator: { ...chaosSimulator, clock: now } });
  try {
    const { simulator } = environment;
    const tenants = Object.fromEntries(
      schedules.map((schedule) => {
        const wrong = schedule.faults.find(({ credentials }) => credentials)?.credentials;
        const { tenant, ...connection } = connectionOf(simulator, tenantOf(schedule), wrong);
        const { pageSize, pagesInFlight } = schedule;
        // A run that waits for an operator would never end: there is none here.
        const settings = {
          pageSize,
          pagesInFlight,
          timeoutSeconds: 5,
          parkedTimeoutHours: 0,
          // Records are spoilt on purpose, up to every second one.
          maxRejectedShare: 1,
          // As in one process: every other query would find nothing, and our own quota would be waited for.
          recordedCalls: 'logged',
          limits: { media: { requests: 1_000_000, perSeconds: 1 } },
        };
        return [tenant, { ...connection, ...secrets(wrong), ...settings }];
      }),
    );
    writeFileSync(environment.env['TENANTS_FILE'] ?? '', JSON.stringify({ tenants }));
    await environment.startWorker({
      CHAOS_CLIENT_SECRET: simulator.credentials.clientSecret,
      CHAOS_KEY_SECRET: simulator.credentials.accessKeySecret,
      CHAOS_WRONG: 'wrong',
    });

    const attempt = async ({ schedule, tenant, faults }: AttemptOrder): Promise<Attempted> => {
      // An operator announces a fix by `resume`; without it the worker would keep the refusal for a minute.
      if (!faults) await createSignIns(environment.pool).note(tenant);
      const handle = await environment.start({ tenant, ...windowOf(schedule) });
      const skippedMinutes = 0;
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<'late'>((resolve) => {
        timer = setTimeout(() => resolve('late'), runAtMostMs);
      });
      try {
        const result = await Promise.race([handle.result(), late]);
        if (result === 'late') {
          await handle.terminate('took too long');
          return { hang: `no end within ${runAtMostMs} ms`, history: [], skippedMinutes };
        }
        const { text } = await exposeRun(handle);
        return { end: { ok: true, result }, history: [text], skippedMinutes };
      } catch (error) {
        if (!(error instanceof WorkflowFailedError) || error.cause === undefined) throw error;
        const { text } = await exposeRun(handle);
        return { end: { ok: false, error: error.cause }, history: [text], skippedMinutes };
      } finally {
        clearTimeout(timer);
      }
    };

    return {
      simulator,
      pool: environment.pool,
      folder: environment.recordingsFolder,
      now,
      mendsCredentials: false,
      mendsRecordings: false,
      tenantOf,
      attempt,
      close: () => environment.close(),
    };
  } catch (error) {
    await environment.close();
    throw error;
  }
}

function secrets(wrong: CredentialChange | undefined) {
  const or = (name: CredentialChange, env: string) => ({ env: wrong === name ? 'CHAOS_WRONG' : env });
  return {
    clientSecret: or('clientSecret', 'CHAOS_CLIENT_SECRET'),
    accessKeySecret: or('accessKeySecret', 'CHAOS_KEY_SECRET'),
  };
}
