/** A signal that aborts when the time is up or the caller's own signal does, and knows which of the two it was. */
export type Deadline = ReturnType<typeof createDeadline>;

/** Starts a deadline of `ms` milliseconds; `clear` it when the work is done, else it keeps the process waiting. */
export function createDeadline(ms: number, outer?: AbortSignal) {
  const controller = new AbortController();
  let expired = false;
  const expire = () => {
    expired = true;
    controller.abort();
  };
  const giveUp = () => controller.abort();
  let timer = setTimeout(expire, ms);
  if (outer?.aborted) giveUp();
  outer?.addEventListener('abort', giveUp, { once: true });
  return {
    signal: controller.signal,
    /** Whether the time was up (and not the caller who gave up). */
    expired: (): boolean => expired,
    /** Gives the full time again. */
    restart(): void {
      clearTimeout(timer);
      timer = setTimeout(expire, ms);
    },
    clear(): void {
      clearTimeout(timer);
      outer?.removeEventListener('abort', giveUp);
    },
  };
}

/** Waits for shared work without owning it: the caller's signal ends the waiting, not the work. */
export async function waitFor<T>(work: Promise<T>, signal?: AbortSignal): Promise<T> {
  if (signal === undefined) return work;
  signal.throwIfAborted();
  let giveUp = () => {};
  const aborted = new Promise<never>((_, reject) => {
    giveUp = () => reject(signal.reason as Error);
    signal.addEventListener('abort', giveUp, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', giveUp);
  }
}
