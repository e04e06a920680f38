import { noRows } from '../../../../workflows/extract/extract-messages';
import {
  daysBetween,
  newReport,
  outcomeOf,
  withDay,
  withSkipped,
} from '../../../../workflows/extract/extract-state';

const plan = {
  tenant: 'acme',
  dataset: 'evaluations' as const,
  from: '2026-11-01',
  to: '2026-11-04',
  days: 3,
  force: false,
};
const rows = { ...noRows, records: 10, inserted: 4, unchanged: 6 };
const day = (n: number) => `2026-11-0${n}`;

describe('what a range has come to', () => {
  it('is complete when every day is, now or before', () => {
    let report = withSkipped(newReport(plan), 1);
    report = withDay(report, { ...rows, day: day(2), outcome: 'complete' });
    expect(report).toMatchObject({ status: 'incomplete', complete: 1, skipped: 1, records: 10 });
    report = withDay(report, { ...rows, day: day(3), outcome: 'complete' });
    expect(report).toMatchObject({ status: 'complete', complete: 2, records: 20, inserted: 8 });
    expect(outcomeOf(report)).toBe('complete');
  });

  it('counts a day that was parked once, however it ends', () => {
    let report = withDay(newReport(plan), { ...noRows, day: day(1), outcome: 'parked' });
    report = withDay(report, { ...noRows, day: day(1), outcome: 'parked' });
    expect(report).toMatchObject({ parked: [day(1)], failedDays: 0 });
    const done = withDay(report, { ...rows, day: day(1), outcome: 'complete' });
    expect(done).toMatchObject({ parked: [], complete: 1, records: 10 });
    const failed = withDay(report, {
      ...noRows,
      day: day(1),
      outcome: 'failed',
      code: 'ExtractionForbidden',
    });
    expect(failed).toMatchObject({
      parked: [],
      failedDays: 1,
      failed: [{ day: day(1), code: 'ExtractionForbidden' }],
    });
  });

  it('is not complete with a day whose rows are still to come, or one that was given up', () => {
    const two = withSkipped(newReport(plan), 2);
    const unfinished = withDay(two, { ...rows, day: day(3), outcome: 'unfinished' });
    expect(unfinished).toMatchObject({ status: 'incomplete', unfinished: 1, records: 10 });
    expect(outcomeOf(unfinished)).toBe('unfinished');
    const given = withDay(two, { ...noRows, day: day(3), outcome: 'incomplete' });
    expect(given).toMatchObject({ status: 'incomplete', failedDays: 1 });
    expect(outcomeOf(given)).toBe('incomplete');
  });

  it('keeps the codes of the first fifty failures, and counts them all', () => {
    let report = newReport({ ...plan, days: 60 });
    for (let n = 0; n < 60; n += 1) report = withDay(report, { ...noRows, day: `d${n}`, outcome: 'failed' });
    expect(report).toMatchObject({ failedDays: 60 });
    expect(report.failed).toHaveLength(50);
  });
});

it('the days between two are those from the first up to the second, over the end of a month', () => {
  expect(daysBetween('2026-02-27', '2026-03-02')).toEqual(['2026-02-27', '2026-02-28', '2026-03-01']);
  expect(daysBetween('2026-03-02', '2026-03-02')).toEqual([]);
});
