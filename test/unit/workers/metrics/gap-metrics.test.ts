import { pino } from 'pino';
import type { FilteredTenant, OpenGap } from '../../../../store';
import { watchGaps } from '../../../../workers/metrics/gap-metrics';
import { rememberingMeter } from '../meter';

const quiet = pino({ level: 'silent' });
const span = { from: new Date(0), to: new Date(1) };
const gap = (changes: Partial<OpenGap> = {}): OpenGap => ({
  ...{ ...span, reason: 'away', waits: false, missing: span, begun: null, due: false, givenUp: false },
  ...changes,
});
const tenants: readonly FilteredTenant[] = [
  { tenant: 'acme', skillIds: [4], campaignIds: [], mediaTypeIds: [] },
];

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

it('gaps are shown by what they are for and by who sees to them, until they are filled', async () => {
  const { meter, shown } = rememberingMeter();
  const asked: unknown[] = [];
  let open = [gap(), gap(), gap({ givenUp: true }), gap({ reason: 'filter', waits: true })];
  const gaps = {
    openAmong: async (of: readonly FilteredTenant[]) => {
      asked.push(of);
      return new Map(open.length === 0 ? [] : [['acme', open] as const]);
    },
  };
  const end = watchGaps(gaps, tenants, meter, quiet);
  await jest.advanceTimersByTimeAsync(1);
  const values = () =>
    Object.fromEntries(shown.splice(0).map(([, value, of]) => [Object.values(of ?? {}).join(' '), value]));
  const none = {
    'acme away open': 0,
    'acme away waits': 0,
    'acme filter open': 0,
    'acme filter waits': 0,
    'acme rejected open': 0,
    'acme rejected waits': 0,
  };
  expect(values()).toEqual({ ...none, 'acme away open': 2, 'acme away waits': 1, 'acme filter waits': 1 });
  expect(asked[0]).toEqual(tenants);
  open = [];
  await jest.advanceTimersByTimeAsync(15_000);
  await end();
  expect(values()).toEqual(none);
});
