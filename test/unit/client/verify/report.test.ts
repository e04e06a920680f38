import { tableHead, tableRow, totalsOf } from '../../../../client/verify/report';
import type { DayResult } from '../../../../client/verify/verify-days';

const equal: DayResult = {
  day: '2026-07-20',
  from: '2026-07-20T00:00:00.000Z',
  to: '2026-07-21T00:00:00.000Z',
  comparedBy: 'counts',
  source: 100_000,
  stored: 99_998,
  rejected: 2,
  absent: 1,
  missing: null,
  stale: null,
  vanished: null,
  verdict: 'equal',
};
const byIds: DayResult = { ...equal, comparedBy: 'ids', missing: 0, stale: 0, vanished: 0 };
const different: DayResult = { ...byIds, missing: 3, verdict: 'different' };
const files = { checked: 7, bytes: 700, missing: 0, changed: 0 };
const run = { workflowId: 'sync-window:acme:x/y', ok: true };
const verdict = (result: DayResult) => tableRow(result).split('  ').at(-1);

describe('the table', () => {
  it('has its figures under their names', () => {
    const head = tableHead(true);
    const row = tableRow({ ...different, recordings: { ...files, changed: 2 } });
    for (const [name, figure] of [
      ['source', '100,000'],
      ['stored', '99,998'],
      ['missing', '3'],
      ['files', '7'],
      ['changed', '2'],
    ] as const) {
      const end = head.indexOf(name) + name.length;
      expect(row.slice(0, end)).toMatch(new RegExp(` ${figure}$`));
    }
    expect(tableHead(false)).not.toContain('files');
  });

  it.each<[string, string, DayResult]>([
    ['counts are equal', 'equal (count)', equal],
    ['ids are equal', 'equal', byIds],
    ['something differs', 'different', different],
    ['the source never comes to rest', 'uncertain', { ...byIds, verdict: 'uncertain' }],
    ['a repair helped', 'repaired', { ...byIds, repair: run }],
    ['a repair did not help', 'different, not repaired', { ...different, repair: run }],
    [
      'a repair failed',
      'different, the repair failed: CountMismatch',
      { ...different, repair: { ...run, ok: false, code: 'CountMismatch' } },
    ],
    ['only recordings differ', 'recordings differ', { ...byIds, recordings: { ...files, missing: 1 } }],
    [
      'a recording cannot be had again',
      'recordings differ, 2 not fetched again, not repaired',
      { ...byIds, recordings: { ...files, unrepaired: 2 }, repair: run },
    ],
  ])('says, when %s: %s', (_when, words, result) => {
    expect(tableRow(result).endsWith(`  ${words}`)).toBe(true);
  });

  it('shows a dot for what was not looked at', () => {
    expect(tableRow(equal)).toMatch(/1 +· +· +· {2}equal/);
    expect(verdict(equal)).toBe('equal (count)');
  });
});

describe('the whole range', () => {
  it('counts days that differ and days that were fixed', () => {
    const results = [
      equal,
      different,
      { ...byIds, repair: run },
      { ...byIds, recordings: { ...files, unrepaired: 1 }, repair: run },
    ];
    expect(totalsOf(results)).toEqual({ days: 4, different: 2, repaired: 1 });
    expect(totalsOf([])).toEqual({ days: 0, different: 0, repaired: 0 });
  });
});
