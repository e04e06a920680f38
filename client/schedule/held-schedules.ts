import type { Client, ScheduleSummary } from '@temporalio/client';
import { datasets } from '../../workflows/extract/extract-input';
import { lineOf, type ScheduleLine, scheduleIds } from './schedules';

/** A schedule of ours that Temporal holds, and whose it is. */
export interface HeldSchedule extends ScheduleLine {
  readonly tenant: string;
}

/** For the whole list, in ms: thousands of schedules are a few requests. */
const patienceMs = 10_000;
const pageSize = 1_000;

const tenant = '([a-z0-9][a-z0-9_-]{0,62})';
const ours = new RegExp(
  `^(?:incremental:${tenant}|reread:${tenant}|extract:${tenant}:(?:${datasets.join('|')}))$`,
);
const types: ReadonlySet<string> = new Set(['incrementalSync', 'backfill', 'extractDataset']);

/**
 * All schedules of ours that Temporal holds, also those of tenants that are no longer in the tenants file, by tenant. One
 * list, as Temporal's visibility knows it: what changed in the last moments may show a little later.
 *
 * @throws the client's errors.
 */
export async function heldSchedules(client: Client): Promise<readonly HeldSchedule[]> {
  return client.withDeadline(Date.now() + patienceMs, async () => {
    const held: HeldSchedule[] = [];
    for await (const schedule of client.schedule.list({ pageSize })) {
      const owner = ownerOf(schedule);
      if (owner !== null) held.push({ ...lineOf(schedule), tenant: owner });
    }
    const place = ({ tenant: name, id }: HeldSchedule): number => scheduleIds(name).indexOf(id);
    return held.sort((a, b) => a.tenant.localeCompare(b.tenant) || place(a) - place(b));
  });
}

/** The tenant of a schedule; null where it is none of ours. */
function ownerOf({ scheduleId, action }: Pick<ScheduleSummary, 'scheduleId' | 'action'>): string | null {
  const [, ...names] = ours.exec(scheduleId) ?? [];
  if (action && !types.has(action.workflowType)) return null;
  return names.find((name) => name !== undefined) ?? null;
}
