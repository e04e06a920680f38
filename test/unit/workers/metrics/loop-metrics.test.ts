import { setTimeout as wait } from 'node:timers/promises';
import { pino } from 'pino';
import { watchEventLoop } from '../../../../workers/metrics/loop-metrics';
import { rememberingMeter } from '../meter';

it('the longest wait for a turn is shown every 15 seconds, of that time alone', async () => {
  jest.useFakeTimers();
  try {
    const { meter, shown } = rememberingMeter();
    const stop = watchEventLoop(meter, pino({ level: 'silent' }));
    const longest = () => shown.filter(([name]) => name === 'cxone_event_loop_delay_max_seconds').at(-1)?.[1];
    await jest.advanceTimersByTimeAsync(0);
    await wait(30);
    // Nothing else has its turn during this wait.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300);
    await wait(30);
    await jest.advanceTimersByTimeAsync(15_000);
    expect(longest()).toBeGreaterThanOrEqual(0.25);
    expect(shown.filter(([name]) => name === 'cxone_event_loop_delay_p99_seconds')).toHaveLength(2);
    await stop();
    await jest.advanceTimersByTimeAsync(60_000);
    expect(shown).toHaveLength(4);
  } finally {
    jest.useRealTimers();
  }
});
