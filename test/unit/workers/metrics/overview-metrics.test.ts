import { pino } from 'pino';
import type { ExtractionState, Lag, WindowStates } from '../../../../store';
import { attemptMetrics } from '../../../../workers/metrics/attempt-metrics';
import { watchOverview } from '../../../../workers/metrics/overview-metrics';
import { activityQueues } from '../../../../workers/queues';
import { rememberingMeter } from '../meter';

const quiet = pino({ level: 'silent' });

/** An overview of which a test says what it answers, look by look. */
function overview(figures: {
  windows?: Partial<WindowStates>;
  lag?: Lag;
  parked?: readonly { tenant: string; code: string; windows: number }[];
  extractions?: readonly ExtractionState[];
}) {
  let now = figures;
  const none = { complete: 0, running: 0, parked: 0, failed: 0, incomplete: 0 };
  return {
    becomes: (next: typeof figures) => (now = next),
    windows: async () => new Map([['acme', { ...none, ...now.windows }]]),
    openRecordings: async () => new Map([['acme', { pending: 7, unlikely: 40, failed: 2 }]]),
    lags: async () => new Map(now.lag ? [['acme', now.lag] as const] : []),
    parkedCodes: async () => now.parked ?? [],
    extractions: async () => now.extractions ?? [],
  };
}

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

/** The last value shown of a gauge, by its labels. */
const latest = (shown: ReturnType<typeof rememberingMeter>['shown'], name: string) =>
  Object.fromEntries(
    shown
      .filter(([of]) => of === name)
      .map(([, value, labels]) => [Object.values(labels ?? {}).join(' '), value]),
  );

it('every tenant’s windows and open recordings are shown at once, also those that are none', async () => {
  const { meter, shown } = rememberingMeter();
  await watchOverview(overview({ windows: { complete: 3, parked: 1 } }), ['acme', 'other'], meter, quiet)();
  expect(latest(shown, 'cxone_windows')).toEqual({
    'acme complete': 3,
    'acme running': 0,
    'acme parked': 1,
    'acme failed': 0,
    'acme incomplete': 0,
    'other complete': 0,
    'other running': 0,
    'other parked': 0,
    'other failed': 0,
    'other incomplete': 0,
  });
  expect(latest(shown, 'cxone_recordings')).toEqual({
    'acme pending': 7,
    'acme unlikely': 40,
    'acme failed': 2,
    'other pending': 0,
    'other unlikely': 0,
    'other failed': 0,
  });
});

it('a tenant that was never synced live has no lag', async () => {
  const { meter, shown } = rememberingMeter();
  await watchOverview(
    overview({ lag: { seconds: 42, watermark: new Date(0) } }),
    ['acme', 'other'],
    meter,
    quiet,
  )();
  expect(latest(shown, 'cxone_watermark_lag_seconds')).toEqual({ acme: 42 });
});

it('days of a dataset that are not there are shown, and fall to nought once they are', async () => {
  const { meter, shown } = rememberingMeter();
  const state: ExtractionState = {
    tenant: 'acme',
    dataset: 'evaluations',
    lastComplete: null,
    complete: 8,
    running: 1,
    failed: 2,
    incomplete: 0,
    failure: null,
  };
  const figures = overview({ extractions: [state] });
  const stop = watchOverview(figures, ['acme'], meter, quiet);
  await jest.advanceTimersByTimeAsync(0);
  expect(latest(shown, 'cxone_extraction_days')).toEqual({
    'acme evaluations running': 1,
    'acme evaluations failed': 2,
    'acme evaluations incomplete': 0,
  });
  figures.becomes({ extractions: [{ ...state, running: 0, failed: 0 }] });
  await jest.advanceTimersByTimeAsync(15_000);
  await stop();
  expect(latest(shown, 'cxone_extraction_days')).toMatchObject({ 'acme evaluations failed': 0 });
});

it('a code that no run is parked with any more falls to nought', async () => {
  const { meter, shown } = rememberingMeter();
  const figures = overview({ parked: [{ tenant: 'acme', code: 'InvalidClient', windows: 2 }] });
  const stop = watchOverview(figures, ['acme'], meter, quiet);
  await jest.advanceTimersByTimeAsync(0);
  expect(latest(shown, 'cxone_parked_runs')).toEqual({ 'acme InvalidClient': 2 });
  figures.becomes({ parked: [{ tenant: 'acme', code: 'MediaForbidden', windows: 1 }] });
  await jest.advanceTimersByTimeAsync(15_000);
  await stop();
  expect(latest(shown, 'cxone_parked_runs')).toEqual({ 'acme InvalidClient': 0, 'acme MediaForbidden': 1 });
});

it('when they were read is shown only when they were', async () => {
  const { meter, shown } = rememberingMeter();
  const figures = overview({});
  let away = false;
  const windows = async () => (away ? Promise.reject(new Error('no database')) : figures.windows());
  const stop = watchOverview({ ...figures, windows }, ['acme'], meter, quiet);
  await jest.advanceTimersByTimeAsync(0);
  const before = latest(shown, 'cxone_figures_read_timestamp_seconds')[''] as number;
  expect(before).toBeCloseTo(Date.now() / 1_000, 0);
  away = true;
  await jest.advanceTimersByTimeAsync(60_000);
  expect(latest(shown, 'cxone_figures_read_timestamp_seconds')['']).toBe(before);
  away = false;
  await jest.advanceTimersByTimeAsync(15_000);
  await stop();
  expect(latest(shown, 'cxone_figures_read_timestamp_seconds')['']).toBeGreaterThan(before + 60);
});

it('late attempts are counted by activity, each of which begins at nought', () => {
  const { meter, counted } = rememberingMeter();
  const count = attemptMetrics(meter);
  const activities = activityQueues.flatMap((queue) => queue.activities);
  expect(counted).toEqual(activities.map((activity) => ['cxone_activity_late_attempts', 0, { activity }]));
  count('fetchContactPage');
  expect(counted.at(-1)).toEqual(['cxone_activity_late_attempts', 1, { activity: 'fetchContactPage' }]);
});
