/** A number of requests in any span of a number of seconds. */
export interface QuotaSize {
  readonly requests: number;
  readonly perSeconds: number;
}

/**
 * A quota cut into windows that follow each other from 1970 on, the same for everyone who has the same clock. Window `n`
 * begins at `n * widthMs` and takes `perWindow` requests while it is open, in its first `openMs`.
 */
export interface Grid {
  readonly perWindow: number;
  /** Not a whole number of milliseconds, as a rule. */
  readonly widthMs: number;
  readonly openMs: number;
  /** How long what was sent counts against the quota. */
  readonly spanMs: number;
}

/** A window shorter than this is soon missed by work that Temporal wakes a little late. */
const easyWindowMs = 5_000;
/** A window may hold this share of the quota: as much is lost where a span cuts windows at both its ends. */
const windowShare = 0.02;
/** The share that closing windows early may give up; only quotas below 29 requests come to it. */
const closedShare = 0.035;
/** Requests reach CXone a little later than they were let go, some more so than others. */
const lagShare = 0.01;

/**
 * Cuts a quota so that no span of its length ever holds more than its requests, wherever the span begins, even when
 * requests arrive up to a hundredth of the span after they were let go. At least 95 % of the quota can be used.
 *
 * A fixed window as long as the quota would allow nearly twice as many around its edge. Of windows `width` long that
 * are open for `open`, a span touches at most `(span + open) / width`, rounded up, so `width` is chosen to make that
 * a whole number. Small quotas have few windows in a span and would lose much if those stayed open all the time.
 */
export function gridOf({ requests, perSeconds }: QuotaSize): Grid {
  const spanMs = perSeconds * 1_000;
  const wanted = Math.ceil((requests * easyWindowMs) / spanMs);
  const perWindow = Math.max(1, Math.min(wanted, Math.floor(requests * windowShare)));
  const touched = Math.floor(requests / perWindow);
  const open = Math.min(1, closedShare * touched);
  // One millisecond more for the rounding of clocks.
  const widthMs = (spanMs * (1 + lagShare) + 1) / (touched - open);
  return { perWindow, widthMs, openMs: open * widthMs, spanMs };
}

/** The number of the window a moment (epoch ms) lies in. */
export function slotAt(grid: Grid, now: number): number {
  const number = Math.floor(now / grid.widthMs);
  // A quotient may round up to the next whole number just before its window begins.
  return number * grid.widthMs > now ? number - 1 : number;
}

/** Whether a window still lets requests go at a moment. */
export function isOpen(grid: Grid, window: number, now: number): boolean {
  return now - window * grid.widthMs < grid.openMs;
}

/** Shares of the full pace are multiples of this, so that a share holds for a while and its windows are spaced evenly. */
const shareSteps = 20;

/** How many requests a window takes when only a share (0 to 1) of the pace is wanted; whole windows are left out. */
export function allowance(grid: Grid, window: number, share: number): number {
  const each = grid.perWindow * Math.max(1, Math.min(shareSteps, Math.floor(share * shareSteps + 1e-9)));
  // The pattern repeats; of small numbers no digit is lost.
  const turn = window % shareSteps;
  return Math.floor(((turn + 1) * each) / shareSteps) - Math.floor((turn * each) / shareSteps);
}

/** No request is put off by more windows than this: the pace may have changed by then. */
const windowsAhead = 100_000;

/** The window in which the `place`-th of those who wait (from 1) has its turn, the first one after `window`. */
export function slotOfPlace(grid: Grid, window: number, place: number, share: number): number {
  let left = place;
  for (let ahead = 1; ahead < windowsAhead; ahead += 1) {
    left -= allowance(grid, window + ahead, share);
    if (left <= 0) return window + ahead;
  }
  return window + windowsAhead;
}
