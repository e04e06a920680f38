import { existsSync, renameSync, rmSync } from 'node:fs';
import type { Activities } from '../../activities';
import type { CountInput, FetchPageInput } from '../../activities/types';
import type { OwnSideChange } from './drawn-fault';
import { type FaultSchedule, rulesAt, windowOf } from './fault-schedule';
import type { Attempted, AttemptOrder, TestEnvironment } from './test-environment';
import { inProcessTemporal } from './in-process-temporal';
import type { ChaosParts } from './chaos-parts';
import { createRecordedHistory } from './recorded-history';
import type { WorkflowSandbox } from './sandbox';

const virtualDaysAtMost = 3;
let runs = 0;

/** Runs schedules in this process, on a clock that skips waiting; the servers are a simulator and PostgreSQL. */
export function inProcessEnvironment(parts: ChaosParts, sandbox: WorkflowSandbox): TestEnvironment {
  const { simulator } = parts;

  async function attempt(order: AttemptOrder): Promise<Attempted> {
    const { schedule, tenant, faults, requestsAtMost } = order;
    const clock = parts.nextClock();
    // Whatever the run before put off is due by now, by the clock of ours that it went by.
    const aheadMinutes = Math.max(0, ...schedule.faults.map((one) => one.ownSide?.ownClockMinutes ?? 0));
    clock.skip((3 * 60 + (faults ? 0 : aheadMinutes)) * 60_000);
    const startedAt = clock.skipped();
    const minutes = (): number => (clock.skipped() - startedAt) / 60_000;
    const history = createRecordedHistory();
    const ownSide: OwnSideChange = faults
      ? Object.assign({}, ...schedule.faults.map((one) => one.ownSide))
      : {};
    const mount = mountedFolder(parts.folder);
    let requests = 0;
    let seen = 0;
    let inForce = rulesAt(schedule, 0).length;
    let giveUp: (error: Error) => void = () => undefined;
    const endless = new Promise<never>((_, reject) => (giveUp = reject));
    endless.catch(() => undefined);

    const worker = parts.worker({
      tenant,
      clock: { ...clock, now: () => clock.now() + (ownSide.ownClockMinutes ?? 0) * 60_000 },
      schedule,
      credentials: faults ? schedule.faults.find(({ credentials }) => credentials)?.credentials : undefined,
      onRequest() {
        requests += 1;
        if (requests === ownSide.unmountedFrom) mount.takeAway();
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
    let attempts = 0;
    const isFrozen = (): boolean => ownSide.frozenAttempts?.includes((attempts += 1)) ?? false;
    const temporal = inProcessTemporal({ sandbox, clock, history, activities, historyLimit, isFrozen });
    if (ownSide.unmountedFrom === 0) mount.takeAway();
    try {
      const run = temporal.run(...startOf(order));
      run.catch(() => undefined);
      const end = await Promise.race([run, endless]);
      return { end, history: history.lines, problems: mount.bringBack(), skippedMinutes: minutes() };
    } catch (error) {
      const hang = `never ends: ${error instanceof Error ? error.message : String(error)}`;
      return { hang, history: history.lines, skippedMinutes: minutes() };
    } finally {
      mount.bringBack();
      worker.close();
    }
  }

  return {
    simulator,
    pool: parts.pool,
    folder: parts.folder,
    now: () => parts.now(),
    mendsCredentials: true,
    mendsRecordings: true,
    tenantOf: ({ seed }) => `t${seed}-${(runs += 1)}`,
    attempt,
  };
}

/** The workflow of an attempt: type, id and input. */
function startOf({ schedule, tenant, faults }: AttemptOrder): [type: string, id: string, input: object] {
  if (schedule.job === 'live') return ['incrementalSync', `incremental:${tenant}`, { tenant }];
  if (schedule.job === 'window')
    return ['syncWindow', `sync-window:${tenant}`, { tenant, ...windowOf(schedule) }];
  const { from, to } = dayOf(schedule);
  const input = { tenant, dataset: 'interaction-metadata', from, to, force: !faults };
  return ['extractDataset', `extract:${tenant}`, input];
}

function dayOf({ from, to }: FaultSchedule) {
  const day = (moment: number): string => new Date(moment).toISOString().slice(0, 10);
  return { from: day(from), to: day(to) };
}

/** A folder that can be taken away under a run. */
function mountedFolder(folder: string) {
  const away = `${folder}.away`;
  return {
    takeAway: (): void => renameSync(folder, away),
    /** @returns what is wrong with what was found in its place */
    bringBack(): readonly string[] {
      if (!existsSync(away)) return [];
      const made = existsSync(folder);
      rmSync(folder, { recursive: true, force: true });
      renameSync(away, folder);
      return made ? ['a folder was made where none is mounted'] : [];
    },
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
