import { randomBytes } from 'node:crypto';
import type { KeepAnswer, RefusedAnswer } from '../cxone';
import type { ApiError } from '../store';

export interface AnswerKeeperOptions {
  readonly errors: {
    keep(error: ApiError): Promise<boolean>;
    prune(before: Date): Promise<number>;
  };
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Called once for each answer that could not be kept; the error holds nothing of it. */
  readonly onError: (error: unknown) => void;
}

/** Keeps the answers of CXone that became errors where personal data may be, beside the requests. */
export interface AnswerKeeper {
  forTenant(tenant: string): KeepAnswer;
  /** Waits for what is being written, a few seconds at most. */
  settle(): Promise<void>;
}

/** How long answers are kept. */
export const answersKeptDays = 30;
const dayMs = 86_400_000;
/** Of a tenant and code; the first answers of an outage say enough. */
const mostAMinute = 5;
/** Writes under way at a time; more would take the connections that the work needs. */
const mostAtATime = 4;
/** How long a code is left alone when the table has enough of it. */
const enoughForMs = 10 * 60_000;
const pruneEveryMs = 3_600_000;
/** For how long the last kept answer stands for others like it. */
const standsForMs = 3_600_000;
const settleMs = 5_000;

/**
 * Best effort, bounded, and never in the way: an answer is written behind the request, at most five a minute for each
 * tenant and code and 200 a day (store/tables/api-errors.ts), four at a time. What does not fit is
 * dropped, and its error carries the id of the last one like it (same tenant, code, family and status) within an hour.
 * Should a write fail, its id leads nowhere, which costs on-call one command.
 */
export function createAnswerKeeper({ errors, now, onError }: AnswerKeeperOptions): AnswerKeeper {
  const spent = new Map<string, { readonly until: number; readonly count: number }>();
  const underWay = new Set<Promise<void>>();
  const lasts = new Map<string, { readonly id: string; readonly at: number }>();
  let pruneAt = now();

  const admits = (key: string): boolean => {
    const at = now();
    const before = spent.get(key);
    if (before === undefined || before.until <= at) {
      // Forgets what is over, so that the map stays as small as the minute.
      for (const [other, { until }] of spent) if (until <= at) spent.delete(other);
      spent.set(key, { until: at + 60_000, count: 1 });
      return true;
    }
    spent.set(key, { ...before, count: before.count + 1 });
    return before.count < mostAMinute;
  };

  const write = async (key: string, error: ApiError): Promise<void> => {
    try {
      const at = now();
      if (at >= pruneAt) {
        pruneAt = at + pruneEveryMs;
        await errors.prune(new Date(at - answersKeptDays * dayMs));
      }
      const kept = await errors.keep(error);
      if (kept) return;
      spent.set(key, { until: now() + enoughForMs, count: mostAMinute });
    } catch (reason) {
      onError(reason);
    }
    // No error may name an answer that was not stored.
    for (const [like, { id }] of lasts) if (id === error.errorId) lasts.delete(like);
  };

  const lastLike = (like: string): string | undefined => {
    const last = lasts.get(like);
    return last !== undefined && now() - last.at < standsForMs ? last.id : undefined;
  };

  const keep = (tenant: string, { text, correlationId, ...answer }: RefusedAnswer) => {
    const key = `${tenant} ${answer.code}`;
    const like = `${key} ${answer.family} ${answer.status}`;
    if (underWay.size >= mostAtATime || !admits(key)) return lastLike(like);
    const errorId = randomBytes(6).toString('hex');
    lasts.set(like, { id: errorId, at: now() });
    const error = { errorId, tenant, ...answer, correlationId: correlationId ?? null, answer: text };
    const writing = write(key, error).finally(() => underWay.delete(writing));
    underWay.add(writing);
    return errorId;
  };

  return {
    forTenant: (tenant) => (answer) => keep(tenant, answer),
    async settle() {
      let timer: NodeJS.Timeout | undefined;
      const patience = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, settleMs);
      });
      await Promise.race([Promise.all(underWay), patience]);
      clearTimeout(timer);
    },
  };
}
