/** Admits a number of requests in any span of time; those refused do not count. */
export type Quota = ReturnType<typeof createQuota>;

/** @param perSeconds length of the span */
export function createQuota(requests: number, perSeconds: number) {
  const span = perSeconds * 1000;
  let admitted: number[] = [];
  return {
    /** Whether a request at a moment (epoch ms) is admitted. */
    admit(now: number): boolean {
      admitted = admitted.filter((at) => at > now - span);
      if (admitted.length >= requests) return false;
      admitted.push(now);
      return true;
    },
  };
}
