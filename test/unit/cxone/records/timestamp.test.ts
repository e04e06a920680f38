import fc from 'fast-check';
import { normaliseTimestamp } from '../../../../cxone/records/timestamp';

it.each([
  ['2016-09-13T16:29:31.443Z', '2016-09-13T16:29:31.443Z'],
  ['2016-09-13T16:29:31Z', '2016-09-13T16:29:31Z'],
  ['2016-09-13T16:29:31.4Z', '2016-09-13T16:29:31.4Z'],
  ['2016-09-13T16:29:31.1234567Z', '2016-09-13T16:29:31.123456Z'],
  ['2016-09-13T16:29:31', '2016-09-13T16:29:31Z'],
  ['2016-09-13 16:29:31', '2016-09-13T16:29:31Z'],
  ['2016-09-13t16:29z', '2016-09-13T16:29:00Z'],
  ['2016-09-13', '2016-09-13T00:00:00Z'],
  [' 2016-09-13T16:29:31Z ', '2016-09-13T16:29:31Z'],
  ['2016-09-13T16:29:31+00:00', '2016-09-13T16:29:31Z'],
  ['2016-09-13T00:29:31.5+02:30', '2016-09-12T21:59:31.5Z'],
  ['2016-12-31T23:00:00-0300', '2017-01-01T02:00:00Z'],
  ['2016-12-31T23:00:00-03', '2017-01-01T02:00:00Z'],
  ['2024-02-29T00:00:00Z', '2024-02-29T00:00:00Z'],
  ['2026-01-31T00:00:00.000Z', '2026-01-31T00:00:00.000Z'],
  ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00Z'],
])('reads %p as %p', (raw, expected) => {
  expect(normaliseTimestamp(raw)).toBe(expected);
});

it.each([
  ...[
    '',
    'now',
    '13/09/2016',
    '2016-13-01T00:00:00Z',
    '2016-00-01T00:00:00Z',
    '2026-02-29T00:00:00Z',
    '1900-02-29',
  ],
  ...['2026-04-31T00:00:00Z', '2026-02-00T00:00:00Z', '2026-01-01T24:00:00Z', '2026-01-01T00:60:00Z'],
  ...[
    '2026-01-01T00:00:60Z',
    '0000-01-01T00:00:00Z',
    '0001-01-01T00:00:00+01:00',
    '9999-12-31T23:59:59-01:00',
  ],
  ...['2026-01-01T00:00:00+16:00', '2026-01-01T00:00:00+01:60', '2026-01-01T00:00:00ZZ', '20260101T000000Z'],
  ...[
    '2026-01-0xT00:00:00.000Z',
    '2026-01-01T00:00:00.0x0Z',
    '2026/01/01T00:00:00Z',
    `2026-01-01T00:00:00.${'0'.repeat(50)}Z`,
  ],
  ...[null, undefined, 5, {}, 1_767_225_600_000],
])('does not read %p', (raw) => {
  expect(normaliseTimestamp(raw)).toBeNull();
});

it('agrees with the clock on every moment, in every offset', () => {
  const date = fc.date({
    min: new Date('0001-01-02T00:00:00Z'),
    max: new Date('9999-12-30T00:00:00Z'),
    noInvalidDate: true,
  });
  fc.assert(
    fc.property(date, fc.integer({ min: -14 * 60, max: 14 * 60 }), (moment, minutes) => {
      expect(normaliseTimestamp(moment.toISOString())).toBe(moment.toISOString());
      const local = new Date(moment.getTime() + minutes * 60_000).toISOString().slice(0, -1);
      const pad = (part: number) => String(part).padStart(2, '0');
      const size = Math.abs(minutes);
      const zone = `${minutes < 0 ? '-' : '+'}${pad(Math.floor(size / 60))}:${pad(size % 60)}`;
      expect(normaliseTimestamp(local + zone)).toBe(moment.toISOString());
    }),
  );
});

it('gives nothing but what PostgreSQL reads', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'0123456789-:TZ. +'.split('')) }), (text) => {
      const result = normaliseTimestamp(text);
      expect(result === null || /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?Z$/.test(result)).toBe(true);
    }),
  );
});
