import fc from 'fast-check';
import { retryAfter } from '../../../../cxone/http/response-headers';

const now = Date.parse('2026-01-01T00:00:00Z');
const hour = 3_600_000;

it.each([
  ['7', 7_000],
  [' 7 ', 7_000],
  ['0', 0],
  ['0.25', 250],
  ['3600', hour],
  ['3601', hour],
  ['99999999999999999999', hour],
  ['9'.repeat(400), hour],
  ['Thu, 01 Jan 2026 00:01:30 GMT', 90_000],
  ['Thursday, 01-Jan-26 00:01:30 GMT', 90_000],
  ['Thu Jan  1 00:01:30 2026', 90_000],
  ['2026-01-01T00:01:30Z', 90_000],
  ['Wed, 31 Dec 2025 23:59:00 GMT', 0],
  ['Fri, 01 Jan 2100 00:00:00 GMT', hour],
])('%p asks for %i ms', (header, ms) => {
  expect(retryAfter(header, now)).toBe(ms);
});

it.each([
  undefined,
  '',
  ' ',
  '-5',
  '+5',
  '1e3',
  'NaN',
  'Infinity',
  'soon',
  'in 5 minutes',
  'next 7',
  '5;6',
  'Thu',
])('%p asks for nothing', (header) => {
  expect(retryAfter(header, now)).toBeUndefined();
});

it('never asks for less than nothing or more than an hour', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.double().map(String), fc.date().map(String)), (header) => {
      const ms = retryAfter(header, now) ?? 0;
      expect(ms >= 0 && ms <= hour).toBe(true);
    }),
  );
});
