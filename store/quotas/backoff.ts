/** The time a throttled family takes from a standstill to its full pace: a tenth more every minute. */
export const recoveryMs = 10 * 60_000;
/** The pace never falls below this share. */
const leastShare = 0.05;

/**
 * The share (0 to 1) of the full pace that is used at a moment. It grows evenly until `fullAt`, so that moment is all
 * there is to remember. Epoch ms; null when nothing is slowed.
 */
export function paceAt(fullAt: number | null, now: number): number {
  if (fullAt === null || fullAt <= now) return 1;
  return Math.max(leastShare, 1 - (fullAt - now) / recoveryMs);
}

/** How long after a refusal by the server the full pace is reached again, in ms: the share is halved first. */
export function backoffMs(fullAt: number | null, now: number): number {
  return (1 - Math.max(leastShare, paceAt(fullAt, now) / 2)) * recoveryMs;
}
