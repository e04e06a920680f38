import { together } from '../../../../client/status/collect';
import type { StoredStatus } from '../../../../client/status/read-database';
import { causeIn } from '../../../../client/status/read-temporal';
import { remedyOf } from '../../../../client/command/remedies';
import { concerns } from '../../../../client/status/status-report';
import { cxoneErrors } from '../../../../errors';
import { gapLine, parkedRun, statusReport, tenantStatus } from './reports';
import { markdownText } from '../../../../workflows/markdown';

const windows = { complete: 5, running: 2, parked: 0, failed: 0, incomplete: 0 };

describe('what a script reads', () => {
  const concernsOf = (changes: Parameters<typeof tenantStatus>[0]) =>
    concerns(statusReport([tenantStatus({ windows, ...changes })]), 60_000);

  it.each([
    ['nothing while all is well', { lagSeconds: 60 }, []],
    ['nothing of a tenant that is never synced live', { lagSeconds: null }, []],
    [
      'a watermark in the future',
      { lagSeconds: -10_800, watermark: '2026-11-25T15:15:00Z' },
      ['acme: the watermark 2026-11-25T15:15:00Z is in the future'],
    ],
    ['nothing of clocks that differ by seconds', { lagSeconds: -3 }, []],
    [
      'an entry that is not in order',
      {
        misconfigured: { code: 'TenantMisconfigured', seenBy: 'worker', at: null, problems: ['x'] } as const,
      },
      ['acme: its entry in the tenants file is not in order'],
    ],
    ['a lag beyond the limit', { lagSeconds: 61 }, ['acme: 61 s behind']],
    ['parked windows', { windows: { ...windows, parked: 2 } }, ['acme: 2 parked']],
    ['parked runs that are no windows', { parked: [parkedRun] }, ['acme: 1 parked']],
    ['failed windows', { windows: { ...windows, failed: 3 } }, ['acme: 3 failed']],
    ['windows with gaps', { windows: { ...windows, incomplete: 1 } }, ['acme: 1 with gaps']],
    [
      'days that could not be extracted',
      {
        extractions: [
          {
            dataset: 'evaluations',
            wanted: true,
            lastComplete: null,
            complete: 0,
            running: 0,
            failed: 2,
            incomplete: 1,
            failure: null,
          },
        ],
      },
      ['acme: 3 days of evaluations failed'],
    ],
    [
      'what the live sync could not read',
      { gaps: [gapLine] },
      ['acme: 1 unread since the live sync was away'],
    ],
    [
      'what a wider filter added, and what was rejected',
      {
        gaps: [
          { ...gapLine, reason: 'filter' as const },
          { ...gapLine, reason: 'rejected' as const },
        ],
      },
      ['acme: 1 unread since the filter was widened', 'acme: 1 unread as too many records were rejected'],
    ],
    [
      'a filter that was widened and is not read under yet',
      { filterWidened: true },
      ['acme: read under a narrower filter than that of the tenants file'],
    ],
    ['nothing of it while a backfill reads it', { gaps: [{ ...gapLine, underWay: true }] }, []],
    [
      'nothing of recordings',
      { recordings: { pending: 1, unlikely: 5, stored: 0, absent: 0, failed: 9 } },
      [],
    ],
  ])('is %s', (_what, changes, lines) => expect(concernsOf(changes)).toEqual(lines));
});

describe('ledger and Temporal together', () => {
  const stored: StoredStatus = { ...tenantStatus(), windows };
  const seen = (type: string, id = 'unnoted') => ({ ...parkedRun, id, type });
  const runs = (...parked: ReturnType<typeof seen>[]) => ({ parked, schedules: [], backfills: [] });

  it('show a window that could not note itself as parked instead of running', () => {
    const status = together('acme', stored, runs(seen('syncWindow')));
    expect(status.windows).toEqual({ ...windows, running: 1, parked: 1 });
    expect(status.parked).toEqual([{ ...parkedRun, id: 'unnoted' }]);
  });

  it('say whether what reads a gap is under way', () => {
    const gaps = [{ ...gapLine, underWay: null }];
    const backfill = { id: gapLine.backfill.id, url: '', progress: null };
    const underWayWith = (backfills: (typeof backfill)[]) =>
      together('acme', { ...stored, gaps }, { ...runs(), backfills }).gaps.map(({ underWay }) => underWay);
    expect([underWayWith([backfill]), underWayWith([{ ...backfill, id: 'another' }])]).toEqual([
      [true],
      [false],
    ]);
    expect(together('acme', { ...stored, gaps }, undefined).gaps).toEqual(gaps);
  });

  it('show a parked run of another type, which is no window', () => {
    const status = together('acme', stored, runs(seen('incrementalSync')));
    expect(status.windows).toEqual(windows);
    expect(status.parked).toHaveLength(1);
  });

  it('never count fewer than no running window', () => {
    const many = runs(seen('syncWindow', 'a'), seen('syncWindow', 'b'), seen('syncWindow', 'c'));
    expect(together('acme', stored, many).windows).toMatchObject({ running: 0, parked: 3 });
  });

  it('leave a list that was cut off as it is', () => {
    const parked = Array.from({ length: 200 }, () => parkedRun);
    const status = together('acme', { ...stored, parked }, runs(seen('syncWindow')));
    expect(status.parked).toHaveLength(200);
    expect(status.windows).toEqual(windows);
  });

  it('say of Temporal alone that it is unknown', () => {
    expect(together('acme', stored, undefined)).toMatchObject({ schedules: null, backfills: null });
  });
});

describe('the cause in current details', () => {
  it('is the line above what to do', () => {
    const details = [
      '### acme: 2026-11-01T00:00:00Z – 2026-11-02T00:00:00Z',
      '',
      '- **Failed**: ContactsForbidden',
      '- CXone refuses contacts.',
      '- What to do: Give the role the permission: Admin > Roles.',
      '- Then start it again',
    ].join('\n');
    expect(causeIn(details)).toEqual({
      message: 'CXone refuses contacts.',
      remedy: 'Give the role the permission: Admin > Roles.',
    });
  });

  it('is shown without its code where both are on one line', () => {
    const details = '### acme\n\n- **InvalidClient**: The client is unknown.\n- **What to do**: Check it.\n';
    expect(causeIn(details)).toEqual({ message: 'The client is unknown.', remedy: 'Check it.' });
  });

  it('is text again, though Web UI got it as Markdown', () => {
    const cause = {
      code: 'ContactsForbidden',
      message: 'No *_ [x](y).',
      remedy: 'Add "*.s3.example" at www.a.b.',
    };
    const details = [
      '### acme',
      `- **${cause.code}**: ${markdownText(cause.message)}`,
      `- What to do: ${markdownText(cause.remedy)}`,
    ].join('\n');
    expect(causeIn(details)).toEqual({ message: cause.message, remedy: cause.remedy });
  });

  it.each(['', '### acme\n- Stage: contacts'])('is empty where none stands: %j', (details) => {
    expect(causeIn(details)).toEqual({ message: '', remedy: '' });
  });
});

describe('a remedy by code', () => {
  it.each(Object.entries(cxoneErrors))('is that of CXone for %s', (code, { remedy }) => {
    expect(remedyOf(code)).toBe(remedy);
  });

  it('is that of the table, or the runbook', () => {
    expect(remedyOf('DatabaseFull')).toContain('disk space');
    expect(remedyOf('WindowBusy')).toContain('Wait for that run to end');
    expect(remedyOf('Unexpected')).toBe('See Unexpected in docs/runbook.md.');
    expect(remedyOf('OfAnotherRelease')).toBe('See OfAnotherRelease in docs/runbook.md.');
  });
});
