import { playbackReport } from '../../../../client/command/recorded-calls';
import fc from 'fast-check';
import { span } from '../../../../client/command/output';
import { statusLines } from '../../../../client/status/status-lines';
import { clockStatus } from '../../../../client/status/clock-lines';
import { gapLine, parkedRun, progress, statusReport, tenantStatus } from './reports';

const linesOf = (...args: Parameters<typeof statusReport>) => statusLines(statusReport(...args));
const lineWith = (text: string, changes: Parameters<typeof tenantStatus>[0]) =>
  linesOf([tenantStatus(changes)]).find((line) => line.includes(text)) ?? '';

describe('the status of a tenant', () => {
  it('of which nothing is known yet says so', () => {
    expect(linesOf([tenantStatus()])).toEqual([
      'acme',
      '  lag         never synced live',
      '  windows     none yet',
      '  recordings  none yet',
      '  schedule    none (npx cxone-sync schedule apply)',
    ]);
  });

  it('says that a watermark is in the future, which no lag of 0 s may hide', () => {
    const line = lineWith('lag', { lagSeconds: -10_800, watermark: '2026-11-25T15:15:00Z' });
    expect(line).toContain('! the watermark 2026-11-25T15:15:00Z is 3 h in the future');
    expect(lineWith('lag', { lagSeconds: -2, watermark: '2026-11-25T12:15:02Z' })).toContain('0 s behind');
  });

  it('says which clock is wrong and by how much, and where a watermark went back', () => {
    const clock = clockStatus({
      reading: {
        lastPollTime: new Date('2026-11-25T15:15:00Z'),
        dateHeader: new Date('2026-11-25T12:15:00Z'),
        ownClock: new Date('2026-11-25T12:15:02Z'),
        clock: new Date('2026-11-25T12:15:01Z'),
      },
      setBack: {
        from: new Date('2030-12-03T00:00:00Z'),
        to: new Date('2026-11-25T11:00:00Z'),
        at: new Date('2026-11-25T12:05:00Z'),
      },
    });
    expect(clock.clock).toMatchObject({
      code: 'ClockImplausible',
      clock: 'lastPollTime',
      offBySeconds: 10_798,
    });
    const lines = linesOf([tenantStatus(clock)]).join('\n');
    expect(lines).toMatch(/clock +! ClockImplausible: .*lastPollTime.* is 2 h 59 min ahead of/);
    expect(lines).toContain('set back 10 min ago from 2030-12-03T00:00:00Z to 2026-11-25T11:00:00Z');
    // Shown for a week.
    expect(linesOf([tenantStatus(clock)], { at: '2026-12-03T00:00:00Z' }).join()).not.toContain('set back');
  });

  it('whose settings cannot be read does not say more than is known', () => {
    const extraction = {
      ...{ dataset: 'evaluations', wanted: null, lastComplete: '2026-11-24', complete: 3 },
      ...{ running: 0, failed: 0, incomplete: 0, failure: null },
    };
    const lines = linesOf([
      tenantStatus({
        ...{ lagSeconds: 60, watermark: '2026-11-25T12:14:00Z', filterWidened: null },
        ...{ gaps: [{ ...gapLine, atMost: true }], extractions: [extraction] },
      }),
    ]).join('\n');
    expect(lines).toContain('changes up to 2026-11-25T12:14:00Z are stored; its filter is not known');
    expect(lines).toContain('unread      at most 2026-09-05T00:00:00Z – 2026-09-07T00:00:00Z');
    expect(lines).toContain('not known whether it is wanted every night');
  });

  it('names every problem of an entry that is not in order, and where it was seen', () => {
    const problems = ['tenants.acme.pageSze is not a known key', 'tenants.acme.clientSecret is missing'];
    const misconfigured = { code: 'TenantMisconfigured', seenBy: 'status', at: null, problems } as const;
    const at = '2026-11-25T12:10:00Z';
    expect(linesOf([tenantStatus({ misconfigured })]).slice(1, 5)).toEqual([
      '  entry       TenantMisconfigured in this tenants file: its runs park',
      `              ${problems[0]}`,
      `              ${problems[1]}`,
      '              → Correct the entry, restart the workers, then resume what is parked.',
    ]);
    const noted = { ...misconfigured, seenBy: 'worker', at } as const;
    expect(lineWith('entry', { misconfigured: noted })).toContain('in the workers’ tenants file, 5 min ago');
  });

  it('reports its progress behind', () => {
    const line = lineWith('lag', { lagSeconds: 250, watermark: '2026-11-25T12:10:50Z' });
    expect(line).toBe('  lag         4 min 10 s behind (everything up to 2026-11-25T12:10:50Z is stored)');
  });

  it('has a bar of the windows that are complete, and names the states there are', () => {
    const windows = { complete: 1_500, running: 2, parked: 0, failed: 498, incomplete: 0 };
    const line = lineWith('windows', { windows });
    expect(line).toContain(`[${'█'.repeat(18)}${'░'.repeat(6)}] 75 %`);
    expect(line).toContain('1,500 complete, 2 running, 498 failed');
    expect(line).not.toMatch(/parked|incomplete/);
  });

  it('measures recordings by those that can be had', () => {
    const recordings = { stored: 50, pending: 40, unlikely: 1_200, failed: 10, absent: 900 };
    const line = lineWith('recordings', { recordings });
    expect(line).toContain('50 %');
    expect(line).toContain('50 stored, 40 pending, 10 failed, 900 absent');
    expect(lineWith('probably', { recordings })).toBe(
      '              1,200 calls that probably have none wait until quota is left',
    );
  });

  it('says what playback queries of calls that were not logged found, and which setting would save some', () => {
    const tally = { logged: { queries: 900, found: 890 }, notLogged: { queries: 1_234, found: 0 } };
    expect(lineWith('playback', { playback: playbackReport(tally, 'all') })).toBe(
      '  playback    0 of 1,234 queries of calls that were not logged found something in 30 days, 890 of 900 of logged calls',
    );
    expect(lineWith('→', { playback: playbackReport(tally, 'all') })).toContain(
      '"recordedCalls": "logged" would have saved 1,234 queries',
    );
  });

  it('names the last day of each dataset that is complete, and the last failure', () => {
    const dataset = {
      dataset: 'evaluations',
      wanted: true,
      lastComplete: '2026-11-23',
      complete: 1_200,
      running: 0,
      failed: 0,
      incomplete: 0,
      failure: null,
    };
    expect(lineWith('extract', { extractions: [dataset] })).toBe(
      '  extract     evaluations  last complete day 2026-11-23 (1,200 in all)',
    );
    const failure = { day: '2026-11-24', code: 'ExtractionForbidden', at: '2026-11-25T11:15:00Z' };
    const failing = { ...dataset, wanted: false, lastComplete: null, failed: 1, failure };
    expect(lineWith('extract', { extractions: [failing] })).toBe(
      '  extract     evaluations  no day complete yet, 1 failed, not wanted every night',
    );
    expect(lineWith('2026-11-24', { extractions: [failing] })).toBe(
      '              2026-11-24 failed 1 h ago: ExtractionForbidden',
    );
  });

  it('shows each quota with what is used of it, its pace, and until when CXone wants no request', () => {
    const quota = {
      family: 'media',
      used: 75,
      requests: 150,
      perSeconds: 300,
      pace: 1,
      fullPaceAt: null,
      blockedUntil: null,
    };
    expect(lineWith('quota', { quotas: [quota] })).toMatch(
      /media +\[█{12}░{12}\] 50 % {2}75 of 150 requests in 5 min$/,
    );
    const slow = { ...quota, pace: 0.5, fullPaceAt: '2026-11-25T13:00:00Z' };
    expect(lineWith('quota', { quotas: [slow] })).toMatch(/at 50 % of the pace until 2026-11-25T13:00:00Z$/);
    const blocked = { ...quota, blockedUntil: '2026-11-25T12:16:00Z' };
    expect(lineWith('quota', { quotas: [blocked] })).toMatch(
      /CXone wants no request until 2026-11-25T12:16:00Z$/,
    );
    const unknown = { ...quota, used: null, requests: null, perSeconds: null };
    expect(lineWith('quota', { quotas: [unknown] })).toContain('no number known');
  });

  it('shows a parked run with cause, remedy, page and the command that goes on', () => {
    const windows = { complete: 0, running: 0, parked: 1, failed: 0, incomplete: 0 };
    const text = linesOf([tenantStatus({ windows, parked: [parkedRun] })]).join('\n');
    expect(text).toContain(`parked      ${parkedRun.id}, 15 min ago`);
    expect(text).toContain('ContactsForbidden: CXone refuses contacts.');
    expect(text).toContain('→ Give the role the permission.');
    expect(text).toContain(parkedRun.url);
    expect(text).toContain(`npx cxone-sync resume ${parkedRun.id}`);
  });

  it('names ten parked runs and counts the others', () => {
    const windows = { complete: 0, running: 0, parked: 1_234, failed: 0, incomplete: 0 };
    const parked = Array.from({ length: 200 }, (_, n) => ({ ...parkedRun, id: `run-${n}` }));
    const lines = linesOf([tenantStatus({ windows, parked })]);
    expect(lines.filter((line) => line.includes('→'))).toHaveLength(10);
    expect(lines.some((line) => line.endsWith('and 1,224 more'))).toBe(true);
  });

  it('shows the latest errors with code, age and window', () => {
    const failure = {
      id: 'x',
      status: 'failed',
      code: 'InvalidClient',
      at: '2026-11-25T10:15:00Z',
      from: '2026-11-01T00:00:00Z',
      to: '2026-11-02T00:00:00Z',
      url: 'http://x',
    } as const;
    const failures = [failure, { ...failure, status: 'incomplete', code: null } as const];
    const lines = linesOf([tenantStatus({ failures })]).slice(-2);
    expect(lines).toEqual([
      '  last errors 2 h ago  InvalidClient  2026-11-01T00:00:00Z – 2026-11-02T00:00:00Z',
      '              2 h ago  without a code  2026-11-01T00:00:00Z – 2026-11-02T00:00:00Z (gaps)',
    ]);
  });

  it.each([
    [
      'has ended',
      {},
      'its backfill was begun 2 h ago and has ended; the live sync begins it again once a day',
    ],
    [
      'was cancelled',
      { cancelled: true },
      'its backfill was begun 2 h ago and cancelled by hand: it is left to you',
    ],
    ['is in an unknown state', { underWay: null }, 'its backfill was begun 2 h ago'],
  ])(
    'shows what the live sync could not read, whose backfill %s, and what reads it',
    (_what, changes, state) => {
      const lines = linesOf([tenantStatus({ gaps: [{ ...gapLine, ...changes }] })]);
      const at = lines.findIndex((line) => line.startsWith('  unread'));
      expect(lines.slice(at, at + 3)).toEqual([
        '  unread      2026-09-05T00:00:00Z – 2026-09-07T00:00:00Z, as CXone no longer reports what changed then',
        `              ${state}`,
        `              → ${gapLine.command}`,
      ]);
    },
  );

  it.each([
    ['as the filter was narrower then', { reason: 'filter' as const }],
    ['as too many of its records were rejected', { reason: 'rejected' as const }],
    ['it is left to you', { waits: true }],
    ['begins its backfill at its next run', { backfill: { ...gapLine.backfill, begunAt: null } }],
    ['its backfill is under way', { underWay: true, backfill: { ...gapLine.backfill, begunAt: null } }],
  ])('says of what is unread: %s', (text, changes) => {
    expect(linesOf([tenantStatus({ gaps: [{ ...gapLine, ...changes }] })]).join('\n')).toContain(text);
  });

  it('does not say that everything is stored while something is unread, or the filter was widened', () => {
    const synced = { lagSeconds: 65, watermark: '2026-11-25T12:13:55Z' };
    expect(lineWith('lag', synced)).toContain('everything up to 2026-11-25T12:13:55Z is stored');
    const unread = lineWith('lag', { ...synced, gaps: [gapLine] });
    expect(unread).toBe(
      '  lag         1 min 5 s behind (changes up to 2026-11-25T12:13:55Z are stored, but for what is unread)',
    );
    const widened = lineWith('lag', { ...synced, filterWidened: true });
    expect(widened).not.toContain('everything');
    expect(widened).toContain('under a narrower filter than that of the tenants file');
  });

  it('shows the page of a backfill that is reading it', () => {
    const text = linesOf([tenantStatus({ gaps: [{ ...gapLine, underWay: true }] })]).join('\n');
    expect(text).toContain('begun 2 h ago and is under way');
    expect(text).toContain(gapLine.backfill.url);
    expect(text).not.toContain(gapLine.command);
  });

  it('shows when the schedules run next, and ran last', () => {
    const incremental = {
      id: 'incremental:acme',
      paused: false,
      note: '',
      next: '2026-11-25T12:18:00Z',
      lastRun: '2026-11-25T12:13:00Z',
    };
    const reread = { ...incremental, id: 'reread:acme', paused: true, next: null, lastRun: null };
    const [first, second] = linesOf([tenantStatus({ schedules: [incremental, reread] })]).slice(-2);
    expect(first).toBe('  schedule    incremental:acme  next in 3 min, last run 2 min ago');
    expect(second).toBe('              reread:acme  paused, never run');
  });

  it('shows backfills with their progress, or that it is not known', () => {
    const backfill = { id: 'backfill:acme:x', url: 'http://x', progress };
    const text = linesOf([tenantStatus({ backfills: [backfill] })]).join('\n');
    expect(text).toContain('backfill    backfill:acme:x');
    expect(text).toContain('40 %');
    expect(text).toContain('4 of 10 windows, 3 running, 2 to come, 1 failed');
    const mute = linesOf([tenantStatus({ backfills: [{ ...backfill, progress: null }] })]).join('\n');
    expect(mute).toContain('no worker answers for it');
  });
});

describe('the status as a whole', () => {
  it('begins with what is wrong with Temporal or the workers', () => {
    const temporal = { reachable: false, workers: null, message: 'Temporal cannot be reached.' };
    const lines = linesOf([tenantStatus({ schedules: null, backfills: null })], { temporal });
    expect(lines[0]).toBe('! Temporal cannot be reached.');
    expect(lines.some((line) => /schedule +unknown/.test(line))).toBe(true);
  });

  it('has a block for each tenant', () => {
    const lines = linesOf([tenantStatus(), tenantStatus({ tenant: 'other' })]);
    expect(lines.filter((line) => !line.startsWith(' '))).toEqual(['acme', '', 'other']);
    expect(linesOf([])).toEqual(['No tenants in the tenants file.']);
  });
});

describe('a span of time', () => {
  it.each([
    [-5, '0 s'],
    [0.4, '0 s'],
    [59, '59 s'],
    [60, '1 min'],
    [250, '4 min 10 s'],
    [7_200, '2 h'],
    [7_260.2, '2 h 1 min'],
    [90_000, '1 d 1 h'],
    [86_460, '1 d'],
  ])('of %d s is %s', (seconds, text) => expect(span(seconds)).toBe(text));

  it('never has more than two units, and loses less than the smaller of them', () => {
    const sizes = { d: 86_400, h: 3_600, min: 60, s: 1 };
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10_000_000 }), (seconds) => {
        const parts = [...span(seconds).matchAll(/(\d+) (d|h|min|s)/g)];
        expect(parts.length).toBeGreaterThan(0);
        expect(parts.length).toBeLessThanOrEqual(2);
        const said = parts.reduce(
          (sum, [, n, unit]) => sum + Number(n) * sizes[unit as keyof typeof sizes],
          0,
        );
        expect(said).toBeLessThanOrEqual(seconds);
        expect(seconds - said).toBeLessThan(seconds / 23);
      }),
    );
  });
});
