import type { Activities } from '../../activities';
import type { CountInput, FetchPageInput } from '../../activities/types';
import { rulesAt, windowOf } from './fault-schedule';
import type { Attempted, AttemptOrder, Ground } from './ground';
import { inProcessTemporal } from './in-process-temporal';
import type { Lane } from './lane';
import { createRecordedHistory } from './recorded-history';
import type { WorkflowSandbox } from './sandbox';

const virtualDaysAtMost = 3;
let runs = 0;

/** Runs schedules in this process, on a clock that skips waiting; the servers are a simulator and PostgreSQL. */
export function inProcessGround(lane: Lane, sandbox: WorkflowSandbox): Ground {
  const { simulator } = lane;

  async function attempt(order: AttemptOrder): Promise<Attempted> {
    const { schedule, tenant, faults, requestsAtMost } = order;
    const clock = lane.nextClock();
    // Whatever the run before put off is due by now.
    clock.skip(3 * 3_600_000);
    const startedAt = clock.skipped();
    const minutes = (): number => (clock.skipped() - startedAt) / 60_000;
    const history = createRecordedHistory();
    let requests = 0;
    let seen = 0;
    let inForce = rulesAt(schedule, 0).length;
    let giveUp: (error: Error) => void = () => undefined;
    const endless = new Promise<never>((_, reject) => (giveUp = reject));
    endless.catch(() => undefined);

    const worker = lane.worker({
      tenant,
      clock,
      schedule,
      credentials: faults ? schedule.faults.find(({ credentials }) => credentials)?.credentials : undefined,
      onRequest() {
        requests += 1;
        // As long as a request takes, so that tokens and links grow older.
        clock.skip(20);
        const rules = rulesAt(schedule, minutes());
        if (faults && rules.length < inForce) {
          inForce = rules.length;
          simulator.setFaults(rules);
        }
        if (requests > requestsAtMost) giveUp(new Error(`more than ${requestsAtMost} requests`));
        if (minutes() > virtualDaysAtMost * 1_440) giveUp(new Error(`longer than ${virtualDaysAtMost} days`));
      },
    });
    const activities = watching(worker.activities, async () => {
      const now = simulator.journal.count({ family: 'contacts' });
      if (!order.onContacts || seen === now) return;
      seen = now;
      await order.onContacts();
    });
    const { historyLimit } = schedule;
    const temporal = inProcessTemporal({ sandbox, clock, history, activities, historyLimit });
    try {
      const run = temporal.run('syncWindow', `sync-window:${tenant}`, { tenant, ...windowOf(schedule) });
      run.catch(() => undefined);
      const end = await Promise.race([run, endless]);
      return { end, history: history.lines, skippedMinutes: minutes() };
    } catch (error) {
      const hang = `never ends: ${error instanceof Error ? error.message : String(error)}`;
      return { hang, history: history.lines, skippedMinutes: minutes() };
    } finally {
      worker.close();
    }
  }

  return {
    simulator,
    pool: lane.pool,
    folder: lane.folder,
    now: () => lane.now(),
    mendsCredentials: true,
    mendsRecordings: true,
    tenantOf: ({ seed }) => `t${seed}-${(runs += 1)}`,
    attempt,
  };
}

/** Looks at the source after every activity that asks for contacts. */
function watching(activities: Activities, look: () => Promise<void>): Activities {
  const watched =
    <I, O>(activity: (input: I) => Promise<O>) =>
    async (input: I): Promise<O> => {
      try {
        return await activity(input);
      } finally {
        await look();
      }
    };
  return {
    ...activities,
    fetchContactPage: watched(async (input: FetchPageInput) => activities.fetchContactPage(input)),
    countContacts: watched(async (input: CountInput) => activities.countContacts(input)),
  };
}
