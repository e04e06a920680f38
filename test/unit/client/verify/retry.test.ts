import { withRetries } from '../../../../client/verify/retry';
import { CxoneError } from '../../../../cxone';
import type { CxoneErrorCode } from '../../../../errors';

/** Fails a number of times, then answers; remembers its calls and the waits. */
function script(failures: number, code: CxoneErrorCode, retryAfterMs?: number) {
  const waits: number[] = [];
  let asked = 0;
  const ask = async () => {
    asked += 1;
    if (asked <= failures) throw new CxoneError(code, 'not now', { retryAfterMs });
    return 'answer';
  };
  const wait = async (ms: number) => void waits.push(ms);
  return { ask, wait, waits, asked: () => asked };
}

describe('patience', () => {
  it('costs nothing when nothing is wrong', async () => {
    const { ask, wait, waits } = script(0, 'Throttled');
    expect(await withRetries(ask, { wait })).toBe('answer');
    expect(waits).toEqual([]);
  });

  it('waits longer from attempt to attempt', async () => {
    const { ask, wait, waits } = script(4, 'CxoneUnavailable');
    expect(await withRetries(ask, { wait, firstWaitMs: 10 })).toBe('answer');
    expect(waits).toEqual([10, 20, 40, 80]);
  });

  it('waits as CXone asks for, up to a limit', async () => {
    const { ask, wait, waits } = script(1, 'Throttled', 3_000);
    await withRetries(ask, { wait });
    const long = script(1, 'Throttled', 3_600_000);
    await withRetries(long.ask, { wait: long.wait, longestWaitMs: 60_000 });
    expect([...waits, ...long.waits]).toEqual([3_000, 60_000]);
  });

  it('ends with the last error', async () => {
    const { ask, wait, asked } = script(99, 'CxoneUnreachable');
    await expect(withRetries(ask, { wait, attempts: 3 })).rejects.toMatchObject({ code: 'CxoneUnreachable' });
    expect(asked()).toBe(3);
  });

  it.each(['InvalidClient', 'BadRequest'] as const)('is not for %s, which will not pass', async (code) => {
    const { ask, wait, asked } = script(1, code);
    await expect(withRetries(ask, { wait })).rejects.toMatchObject({ code });
    expect(asked()).toBe(1);
  });

  it('is not for errors of other origin', async () => {
    const wait = async () => undefined;
    const ask = async () => Promise.reject(new TypeError('ours'));
    await expect(withRetries(ask, { wait })).rejects.toThrow(TypeError);
  });
});
