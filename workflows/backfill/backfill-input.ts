import { z } from 'zod';
import type { CompleteWindowsInput } from '../../activities/backfill';
import { type CutRange, countWindows, readWindowLength, windowAt } from './window-grid';
import { describeIssue, InvalidInputError, syncWindowSchema } from '../inputs';

const example =
  '{"tenant":"acme","from":"2025-11-01T00:00:00Z","to":"2026-11-01T00:00:00Z"} (optional: window, concurrency, ' +
  'skillIds, campaignIds, mediaTypeIds, recordings, force; lastDays instead of from and to)';

const shared = syncWindowSchema.shape;

const backfillSchema = z.strictObject({
  tenant: shared.tenant,
  from: shared.from.optional(),
  to: shared.to.optional(),
  lastDays: z
    .int('expected a whole number of days')
    .min(1, 'expected at least 1 day')
    .max(800, 'expected at most 800 days')
    .optional(),
  window: z
    .string('expected a length such as "1d", "6h" or "30m"')
    .transform((text, context) => {
      const length = readWindowLength(text);
      if (typeof length === 'number') return length;
      context.addIssue({ code: 'custom', message: length });
      return z.NEVER;
    })
    .optional(),
  concurrency: z
    .int('expected a whole number of windows at a time')
    .min(1, 'expected at least 1 window at a time')
    .max(32, 'expected at most 32 windows at a time')
    .default(4),
  skillIds: shared.skillIds,
  campaignIds: shared.campaignIds,
  mediaTypeIds: shared.mediaTypeIds,
  recordings: shared.recordings,
  force: z.boolean('expected true or false').default(false),
});

/** What a person types to start `backfill`; all but tenant and range optional. Dates are ISO 8601 with a zone. */
export interface BackfillInput {
  readonly tenant: string;
  /** Inclusive. */
  readonly from?: string;
  /** Exclusive. */
  readonly to?: string;
  /** Instead of `from` and `to`: a number of whole UTC days before the day of the (scheduled) start, and up to now. */
  readonly lastDays?: number;
  /** Length of a window: `1d` (default), `6h`, `30m`. */
  readonly window?: string;
  /** Windows at a time, 1 to 32 (default 4). */
  readonly concurrency?: number;
  readonly skillIds?: readonly number[];
  readonly campaignIds?: readonly number[];
  readonly mediaTypeIds?: readonly number[];
  /** `false` leaves recordings out of this run; the default is the tenant's setting. */
  readonly recordings?: boolean;
  /** Reads again also windows that are complete in the ledger. */
  readonly force?: boolean;
}

/** A checked backfill: what is read, in which windows, how many at a time. */
export interface BackfillPlan extends Filters {
  readonly tenant: string;
  readonly from: Date;
  readonly to: Date;
  readonly by: 'start';
  readonly windowMs: number;
  readonly windows: number;
  readonly concurrency: number;
  readonly recordings?: boolean | 'later' | undefined;
  readonly force: boolean;
}

interface Filters {
  readonly skillIds?: number[] | undefined;
  readonly campaignIds?: number[] | undefined;
  readonly mediaTypeIds?: number[] | undefined;
}

const dayMs = 86_400_000;
const minuteMs = 60_000;
/** The last minutes are still moving: the live sync has them. */
const settleMs = 15 * minuteMs;
/** More would make what a backfill carries through continue-as-new too large. */
const windowsAtMost = 10_000;

/**
 * Checks what a person typed and works out the range.
 *
 * @param start when the run was to start, for `lastDays`.
 * @throws {InvalidInputError} naming every field that is wrong.
 */
export function planBackfill(input: unknown, start: Date): BackfillPlan {
  const result = backfillSchema.safeParse(input);
  if (!result.success) throw refusal(result.error.issues.map((issue) => describeIssue(issue, input)));
  const { window: windowMs = dayMs, lastDays, from: first, to: end, ...rest } = result.data;
  const range = lastDays === undefined ? { from: first, to: end } : daysBefore(start, lastDays);
  if (lastDays !== undefined && (first || end))
    throw refusal(['"lastDays": stands instead of "from" and "to"']);
  if (!range.from) throw refusal(['"from": missing']);
  if (!range.to) throw refusal(['"to": missing']);
  if (range.from >= range.to) throw refusal(['"to": must be later than "from" ("to" is exclusive)']);
  const windows = countWindows({ from: range.from.getTime(), to: range.to.getTime(), windowMs });
  if (windows > windowsAtMost) {
    throw refusal([
      `"window": makes ${windows} windows of the range; at most ${windowsAtMost} are taken. ` +
        'Choose longer windows, or a shorter range',
    ]);
  }
  return { ...rest, from: range.from, to: range.to, by: 'start', windowMs, windows };
}

/** A plan as the cutting takes it. */
export function cutOf({ from, to, windowMs }: BackfillPlan): CutRange {
  return { from: from.getTime(), to: to.getTime(), windowMs };
}

/** What the ledger is asked about windows of the plan that lie one behind the other. */
export function lookUpOf(
  plan: BackfillPlan,
  { first, count }: { readonly first: number; readonly count: number },
): CompleteWindowsInput {
  const { tenant, skillIds, campaignIds, mediaTypeIds, recordings } = plan;
  const cut = cutOf(plan);
  const ends = Array.from({ length: count }, (_, place) => windowAt(cut, first + place).to);
  return {
    tenant,
    edges: [windowAt(cut, first).from, ...ends],
    ...(skillIds && { skillIds }),
    ...(campaignIds && { campaignIds }),
    ...(mediaTypeIds && { mediaTypeIds }),
    ...(recordings !== undefined && { recordings }),
  };
}

/** Whole UTC days before the day of `start`, and that day up to a quarter of an hour before `start`. */
function daysBefore(start: Date, days: number): { from: Date; to: Date } {
  const midnight = Math.floor(start.getTime() / dayMs) * dayMs;
  const settledBy = Math.floor((start.getTime() - settleMs) / minuteMs) * minuteMs;
  return { from: new Date(midnight - days * dayMs), to: new Date(settledBy) };
}

function refusal(problems: readonly string[]): InvalidInputError {
  return new InvalidInputError(`${problems.join('; ')}. A right input: ${example}`);
}
