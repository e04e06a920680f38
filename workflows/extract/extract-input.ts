import { z } from 'zod';
import type { DatasetName } from '../../activities/extraction/types';
import { describeIssue, InvalidInputError, readInstant, syncWindowSchema } from '../inputs';

const example =
  '{"tenant":"acme","dataset":"interaction-metadata","from":"2026-11-01","to":"2026-11-08"} ' +
  '(optional: force; lastDays instead of from and to)';

/** The datasets there are, as they are typed. */
export const datasets = ['interaction-metadata', 'evaluations'] as const satisfies readonly DatasetName[];

const day = z.string('expected a day in UTC, such as "2026-11-01"').transform((text, context): string => {
  const instant = readInstant(/^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T00:00:00Z` : text);
  if (instant instanceof Date && instant.getTime() % dayMs === 0) return instant.toISOString().slice(0, 10);
  const problem = instant instanceof Date ? `"${text}" is not the beginning of a day in UTC` : instant;
  context.addIssue({ code: 'custom', message: `${problem}; expected a day such as "2026-11-01"` });
  return z.NEVER;
});

const extractSchema = z.strictObject({
  tenant: syncWindowSchema.shape.tenant,
  dataset: z.enum(datasets, `expected ${datasets.map((name) => `"${name}"`).join(' or ')}`),
  from: day.optional(),
  to: day.optional(),
  lastDays: z
    .int('expected a whole number of days')
    .min(1, 'expected at least 1 day')
    .max(90, 'expected at most 90 days')
    .optional(),
  force: z.boolean('expected true or false').default(false),
});

/** What a person types to start `extractDataset`. */
export interface ExtractInput {
  readonly tenant: string;
  readonly dataset: DatasetName;
  /** The first day, `YYYY-MM-DD` in UTC or its first instant in ISO 8601. */
  readonly from?: string;
  /** The day after the last one. */
  readonly to?: string;
  /** Instead of `from` and `to`: a number of whole UTC days before the day of the (scheduled) start. */
  readonly lastDays?: number;
  /** Reads again also days that are complete in the ledger. */
  readonly force?: boolean;
}

/** A checked extraction: the days [from, to), `YYYY-MM-DD` in UTC. */
export interface ExtractPlan {
  readonly tenant: string;
  readonly dataset: DatasetName;
  readonly from: string;
  readonly to: string;
  readonly days: number;
  readonly force: boolean;
}

const dayMs = 86_400_000;
/** More would make the ledger's answer too large for a payload; half a minute and more for each is a night's work. */
const daysAtMost = 800;

/**
 * Checks what a person typed and works out the days.
 *
 * @param start when the run was to start: later days than its own are refused.
 * @throws {InvalidInputError} naming every field that is wrong.
 */
export function planExtraction(input: unknown, start: Date): ExtractPlan {
  const result = extractSchema.safeParse(input);
  if (!result.success) throw refusal(result.error.issues.map((issue) => describeIssue(issue, input)));
  const { lastDays, from: first, to: end, ...rest } = result.data;
  if (lastDays !== undefined && (first !== undefined || end !== undefined))
    throw refusal(['"lastDays": stands instead of "from" and "to"']);
  const today = dayOf(start.getTime());
  const range =
    lastDays === undefined
      ? { from: first, to: end }
      : { from: dayOf(start.getTime() - lastDays * dayMs), to: today };
  if (range.from === undefined) throw refusal(['"from": missing']);
  if (range.to === undefined) throw refusal(['"to": missing']);
  const [from, to] = [range.from, range.to];
  if (from >= to) throw refusal(['"to": must be later than "from" ("to" is exclusive)']);
  if (to > dayOf(start.getTime() + dayMs)) {
    throw refusal([`"to": "${to}" goes beyond today (${today} in UTC); days to come hold nothing yet`]);
  }
  const days = Math.round((Date.parse(to) - Date.parse(from)) / dayMs);
  if (days > daysAtMost)
    throw refusal([`"from": makes ${days} days of the range; at most ${daysAtMost} are taken at once`]);
  return { ...rest, from, to, days };
}

function dayOf(moment: number): string {
  return new Date(moment).toISOString().slice(0, 10);
}

function refusal(problems: readonly string[]): InvalidInputError {
  return new InvalidInputError(`${problems.join('; ')}. A right input: ${example}`);
}
