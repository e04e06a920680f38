/**
 * A clock that skips waiting: it runs with the real one, and jumps to the next timer whenever nothing works. Back-offs
 * of minutes cost no time, and a wait for nothing at all is detected instead of hanging.
 */
export interface VirtualClock {
  /** Milliseconds since 1970: where it started, what has really passed and everything that was skipped. */
  readonly now: () => number;
  /** Milliseconds skipped so far. */
  readonly skipped: () => number;
  /** Waits for a moment that may be skipped to. */
  sleep(ms: number): Promise<void>;
  /** Begins work during which nothing is skipped; call the result once when it ends. */
  begin(): () => void;
  /** Skips time by hand. */
  skip(ms: number): void;
  /** Rejects once all work waits and no timer is set. */
  readonly stalled: Promise<never>;
}

interface Timer {
  readonly at: number;
  readonly wake: () => void;
}

/** @param startAt its first time, epoch ms */
export function createVirtualClock(startAt: number): VirtualClock {
  const startedAt = Date.now();
  let offset = 0;
  let working = 0;
  let timers: readonly Timer[] = [];
  let stall: (error: Error) => void = () => undefined;
  const stalled = new Promise<never>((_, reject) => (stall = reject));
  // Callers may race against it, and need not.
  stalled.catch(() => undefined);
  const now = (): number => startAt + (Date.now() - startedAt) + offset;

  const jump = (): void => {
    if (working > 0) return;
    const [next, ...rest] = timers;
    if (next === undefined) {
      stall(new Error('all work waits and no timer is set'));
      return;
    }
    timers = rest;
    offset += Math.max(0, next.at - now());
    next.wake();
  };

  return {
    now,
    skipped: () => offset,
    stalled,
    skip: (ms) => void (offset += ms),
    begin() {
      working += 1;
      let ended = false;
      return () => {
        if (ended) return;
        ended = true;
        working -= 1;
        jump();
      };
    },
    sleep: (ms) =>
      new Promise((resolve) => {
        const wake = (): void => {
          // The sleeper counts as working for one turn, in which it may begin its next wait.
          working += 1;
          resolve();
          setImmediate(() => {
            working -= 1;
            jump();
          });
        };
        timers = [...timers, { at: now() + ms, wake }].toSorted((a, b) => a.at - b.at);
        jump();
      }),
  };
}
