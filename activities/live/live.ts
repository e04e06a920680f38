import { cancellationSignal, log } from '@temporalio/activity';
import { type AnswerClocks, earliestClock } from '../../cxone';
import { clocksOf, type TimedPage } from '../answer-clocks';
import { type GapDependencies, gapThatWaits, gapToBegin, noteRejected } from './gaps';
import { changesForDays, incrementOf } from './increment';
import { closeIfQuiet } from './quiet-tick';
import { callsToSweep } from '../recordings/recording-choice';
import type { Tenant, TenantDirectory } from '../tenants';
import type { GapSpan, Increment, MoveWatermarkInput, PlanInput, Span } from './types';
import type { SweepInput, UnlikelyCalls } from '../types';

export interface LiveDependencies extends GapDependencies {
  readonly tenants: TenantDirectory;
  readonly now: () => number;
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
/** Where the live sync of a tenant begins that was never synced: what lies before is the business of a backfill. */
const firstLookBackMs = dayMs;
/** The stream of changes whose watermark the live sync moves. */
const stream = 'contacts';

/** The live sync: how far it has come, by CXone's clock, and what it reads next. */
export function createLiveActivities({ store, tenants, now, inspectBackfill }: LiveDependencies) {
  return {
    /**
     * What to read next, by CXone's own clock (contract §2.9: `lastPollTime`) and the watermark, which a tenant that has
     * none is given. With `looks`, an increment that holds nothing new is closed here, see `closeIfQuiet`.
     */
    async planIncrement(input: PlanInput): Promise<Increment> {
      const tenant = tenants(input.tenant);
      const { cxone, tuning } = tenant;
      const page = await cxone.updatedPage(
        { since: new Date(now() - minuteMs), filter: {}, skip: 0, top: 1 },
        cancellationSignal(),
      );
      const to = await clockToGoBy({ store, now }, tenant, page);
      const mark = await store.watermarks.begin(
        input.tenant,
        stream,
        new Date(to.getTime() - firstLookBackMs),
      );
      await store.filters.adopt({
        tenant: input.tenant,
        stream,
        filter: tuning,
        clock: to,
        changesForDays: changesForDays(tuning.rereadDays),
        lookBackDays: tuning.lookBackDays,
      });
      const next = { ...incrementOf({ ...tuning, mark, clock: to }), recordings: tuning.recordings };
      if (next.gap) {
        await store.gaps.found(input.tenant, { from: new Date(next.gap.from), to: new Date(next.gap.to) });
        return next;
      }
      const due = await gapToBegin({ store, inspectBackfill }, tenant);
      if (due) return { ...next, [due.waits ? 'ask' : 'again']: textOf(due) };
      const quiet = input.looks && (await closeIfQuiet({ store, now }, tenant, mark, next));
      return { ...next, ...quiet };
    },

    /** What is missing still of a gap that waits for a person; null when it is read, or is being read. */
    async lookAtGap({ tenant, ...span }: GapSpan): Promise<Span | null> {
      const range = { from: new Date(span.from), to: new Date(span.to) };
      const missing = await gapThatWaits({ store, inspectBackfill }, tenants(tenant), range);
      return missing && textOf(missing);
    },

    /** A person decided that such a gap is left unread. */
    async dismissGap({ tenant, from, to }: GapSpan): Promise<void> {
      await store.gaps.dismiss(tenant, { from: new Date(from), to: new Date(to) });
    },

    /**
     * Moves the watermark to the end of a window by update whose contacts are proven complete. In a transaction of its
     * own after the last page's, since only the count that follows proves that no row is missing.
     */
    async moveWatermark(input: MoveWatermarkInput): Promise<boolean> {
      const { windowId, attempt, to, endsEarlier } = input;
      // Before it moves: whatever happens in between, no time is taken for stored.
      if (input.tooManyRejected) await noteRejected(store, tenants(input.tenant), input);
      if (endsEarlier) await store.windows.endEarlier(windowId, attempt, new Date(to));
      return store.watermarks.moveOver(stream, windowId, attempt);
    },

    /** Moves the watermark over a gap once its backfill is under way, to where reading by update begins again. */
    async skipGap(input: { readonly tenant: string; readonly to: string }): Promise<void> {
      await store.watermarks.advance(input.tenant, stream, new Date(input.to));
    },

    /** What was rejected has been let through: what else of its time is to be read again need not wait for a day. */
    async readRejectedAgain(input: { readonly tenant: string }): Promise<void> {
      await store.gaps.hasten(input.tenant, 'rejected');
    },

    /** How long a run of the tenant that belongs to no window waits for a person; 0: it fails instead. */
    async parkedTimeout(input: { readonly tenant: string }): Promise<{ readonly hours: number }> {
      return { hours: tenants(input.tenant).tuning.parkedTimeoutHours };
    },

    /** Master contact ids of the tenant's calls that are to be asked about now: see `callsToSweep`. */
    async recordingsToSweep({ tenant, ...list }: SweepInput): Promise<readonly string[] | UnlikelyCalls> {
      return callsToSweep(store, tenants(tenant), list, new Date(now()));
    },
  };
}

/**
 * CXone's clock, as far as it can be believed. Every reading is noted, so that a clock that is wrong can be seen; a
 * watermark that is ahead was set by one that was, and goes back.
 */
async function clockToGoBy(
  { store, now }: Pick<LiveDependencies, 'store' | 'now'>,
  { name, tuning }: Tenant,
  page: TimedPage,
): Promise<Date> {
  const clocks = clocksOf(page, now);
  const { lastPollTime, date, ours } = clocks;
  const clock = new Date(safeClock(clocks));
  const before = await store.clocks.note(name, {
    lastPollTime: lastPollTime === null ? null : new Date(lastPollTime),
    dateHeader: date === null ? null : new Date(date),
    ownClock: new Date(ours),
    clock,
  });
  // A clock that has lost more than the look-back says nothing of the mark: it would be begun from a time long past.
  const { lookBackDays } = tuning;
  if (before !== null && clock.getTime() < before.getTime() - lookBackDays * dayMs) return clock;
  const moved = await store.clocks.setBack({ tenant: name, stream, clock, lookBackDays, filter: tuning });
  if (moved)
    log.warn('the watermark was ahead of CXone’s clock and has been set back', { tenant: name, ...moved });
  return clock;
}

/** The clock to go by, less what it may be ahead: the header cuts its second, and ours is another than CXone's. */
function safeClock(clocks: AnswerClocks): number {
  const { lastPollTime, date, ours } = clocks;
  const earliest = earliestClock(clocks);
  if (lastPollTime !== null && lastPollTime <= earliest) return lastPollTime;
  if (date !== null) return Math.min(date, earliest);
  return lastPollTime === null ? ours - minuteMs : earliest;
}

function textOf({ from, to }: { readonly from: Date; readonly to: Date }): Span {
  return { from: from.toISOString(), to: to.toISOString() };
}
