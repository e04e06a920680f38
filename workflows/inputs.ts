import { z } from 'zod';

// The workflow sandbox offers no `eval`; without this zod probes for it on every start.
z.config({ jitless: true });

const example =
  '{"tenant":"acme","from":"2026-11-01T00:00:00Z","to":"2026-11-02T00:00:00Z"} ' +
  '(optional: by, skillIds, campaignIds, mediaTypeIds, recordings)';

const instant = z
  .string('expected a date in ISO 8601 with a zone, such as "2026-11-01T00:00:00Z"')
  .transform((text, context) => {
    const parsed = readInstant(text);
    if (typeof parsed === 'string') {
      context.addIssue({ code: 'custom', message: parsed });
      return z.NEVER;
    }
    return parsed;
  });

const ids = z
  .array(
    z
      .number('expected whole numbers, such as [12, 34]')
      .int('expected whole numbers, such as [12, 34]')
      .positive('expected ids above 0'),
    'expected a list of ids, such as [12, 34]',
  )
  .transform((list) => [...new Set(list)].sort((a, b) => a - b));

const tenant = z
  .string('expected the name of a tenant of the tenants file, such as "acme"')
  .regex(
    /^[a-z0-9][a-z0-9_-]{0,62}$/,
    'expected a tenant name: lower-case letters, digits, "-" and "_", at most 63 characters',
  );

const tenantSchema = z.strictObject({ tenant });

/** The fields a person may type, each with what to say when it is wrong; `backfill` takes most of them too. */
export const syncWindowSchema = z
  .strictObject({
    tenant,
    from: instant,
    to: instant,
    by: z.enum(['start', 'update'], 'expected "start" or "update"').default('start'),
    skillIds: ids.optional(),
    campaignIds: ids.optional(),
    mediaTypeIds: ids.optional(),
    recordings: z.union([z.boolean(), z.literal('later')], 'expected true, false or "later"').optional(),
  })
  .refine((input) => !(input.from instanceof Date && input.to instanceof Date) || input.from < input.to, {
    path: ['to'],
    message: 'must be later than "from" ("to" is exclusive)',
  });

/** What a person types to start `syncWindow`; all but tenant and dates optional. Dates are ISO 8601 with a zone. */
export interface SyncWindowInput {
  readonly tenant: string;
  /** Inclusive. */
  readonly from: string;
  /** Exclusive. */
  readonly to: string;
  /** `start`: contacts that started in [from, to); `update`: contacts last updated in it. */
  readonly by?: 'start' | 'update';
  readonly skillIds?: readonly number[];
  readonly campaignIds?: readonly number[];
  readonly mediaTypeIds?: readonly number[];
  /** `false` leaves recordings out, `"later"` leaves them to `sweepRecordings`; the default is the tenant's setting. */
  readonly recordings?: boolean | 'later';
}

/** A checked input: dates in UTC, id lists sorted and without repeats. Absent filters mean "as the tenant says". */
export type SyncWindow = z.output<typeof syncWindowSchema>;

/** An input that cannot be run. The message names each field, what is wrong and shows a right input. */
export class InvalidInputError extends Error {
  override readonly name = 'InvalidInputError';
}

/**
 * Checks what a person typed, in the command line or in Web UI's form.
 *
 * @throws {InvalidInputError} naming every field that is wrong.
 */
export function parseSyncWindowInput(input: unknown): SyncWindow {
  return parseInput(syncWindowSchema, input, example);
}

/** What `incrementalSync` and `sweepRecordings` take. */
export interface TenantInput {
  readonly tenant: string;
}

/** @throws InvalidInputError */
export function parseTenantInput(input: unknown): TenantInput {
  return parseInput(tenantSchema, input, '{"tenant":"acme"}');
}

const gapSchema = z.strictObject({ tenant, from: instant, to: instant });

/** A checked time of a tenant, by the start of contacts. */
export type Gap = z.output<typeof gapSchema>;

/** @throws InvalidInputError */
export function parseGapInput(input: unknown): Gap {
  return parseInput(
    gapSchema,
    input,
    '{"tenant":"acme","from":"2026-11-01T00:00:00Z","to":"2026-11-02T00:00:00Z"}',
  );
}

/**
 * Checks an input against its schema.
 * @param right an input that is right, to show. @throws InvalidInputError naming each field that is not
 */
export function parseInput<T>(schema: z.ZodType<T>, input: unknown, right: string): T {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const problems = result.error.issues.map((issue) => describeIssue(issue, input));
  throw new InvalidInputError(`${problems.join('; ')}. A right input: ${right}`);
}

/**
 * Reads an instant written in ISO 8601 with a zone. A date without one is refused rather than guessed: it would
 * mean another window on another machine.
 *
 * @returns the instant, or what is wrong with the text.
 */
export function readInstant(text: string): Date | string {
  const shape = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})?$/.exec(text);
  if (!shape)
    return `"${shorten(text)}" is not a date in ISO 8601 with a zone, such as "2026-11-01T00:00:00Z"`;
  if (!shape[3]) return `"${text}" has no time zone; write "${text}Z" for UTC, or an offset such as "+02:00"`;
  const read = new Date(text);
  if (Number.isNaN(read.getTime()) || !isCalendarDay(text)) return `"${text}" is not a day of the calendar`;
  return read;
}

function isCalendarDay(text: string): boolean {
  const [year, month, day] = text.slice(0, 10).split('-').map(Number) as [number, number, number];
  return new Date(Date.UTC(year, month - 1, day)).getUTCDate() === day;
}

/** What is wrong with one field, by its name. */
export function describeIssue(issue: z.core.$ZodIssue, input: unknown): string {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => `"${shorten(key)}": no such field`).join('; ');
  }
  const field = issue.path.map(String).join('.');
  if (field === '') return 'the input must be one JSON object';
  const given = typeof input === 'object' && input !== null && String(issue.path[0]) in input;
  return `"${field}": ${given ? '' : 'missing; '}${issue.message}`;
}

function shorten(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
