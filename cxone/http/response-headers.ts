import type { HttpAnswer } from './exchange';

/** The longest wait that is accepted; a header that asks for more is a mistake, or a maintenance to look into. */
const longestWaitMs = 3_600_000;
const httpDate = /^(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,? .*\d\d:\d\d:\d\d|^\d{4}-\d\d-\d\dT\d\d:\d\d/i;

/**
 * How long to wait by a Retry-After header, in milliseconds from 0 to an hour: seconds or a date (RFC 9110 §10.2.3).
 * `undefined` for everything else, such as negative seconds.
 */
export function retryAfter(header: string | undefined, now: number): number | undefined {
  const value = header?.trim() ?? '';
  if (/^\d+(?:\.\d+)?$/.test(value)) return Math.min(longestWaitMs, Math.ceil(Number(value) * 1_000));
  if (!httpDate.test(value)) return undefined;
  // The third form of RFC 9110 (asctime) names no zone; it is UTC like the others.
  const date = Date.parse(/GMT|Z|[+-]\d\d:?\d\d$/i.test(value) ? value : `${value} GMT`);
  return Number.isNaN(date) ? undefined : Math.min(longestWaitMs, Math.max(0, date - now));
}

/** A UUID, with its dashes or without, or the trace id of a gateway: nothing that could be a word, a date or a number. */
const isId = /^(?:[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|1-[0-9a-f]{8}-[0-9a-f]{24})$/i;

/** The id CXone's support asks for; kept only when it looks like one. */
export function correlationId(answer: HttpAnswer<unknown>): string | undefined {
  const id = answer.header('CorrelationId') ?? answer.header('X-Correlation-Id');
  return id !== undefined && isId.test(id) ? id : undefined;
}

/** The server's clock by HTTP's own header, in whole seconds; null when it is absent or no date. */
export function dateOf(answer: HttpAnswer<unknown>): Date | null {
  const date = new Date(answer.header('date') ?? '');
  return Number.isNaN(date.getTime()) ? null : date;
}
