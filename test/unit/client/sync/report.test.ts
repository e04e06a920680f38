import type { WindowReport } from '../../../../activities/types';
import { progressLine, reportLines } from '../../../../client/sync/report';
import { webUiLink } from '../../../../client/command/temporal';
import { noProgress } from '../../../../workflows/window/window-state';

describe('the line of progress', () => {
  it('shows the stage, and how many contacts, while CXone has not said how many there are', () => {
    expect(progressLine({ ...noProgress, stage: 'contacts', contacts: 1_000 })).toBe(
      'contacts      1,000 contacts',
    );
  });

  it('shows the share once it has', () => {
    const line = progressLine({ ...noProgress, stage: 'contacts', contacts: 2_500, expected: 10_000 });
    expect(line).toContain('25 %');
    expect(line).toContain('2,500 of 10,000 contacts');
  });

  it('says that the window is read again', () => {
    expect(progressLine({ ...noProgress, stage: 'contacts', round: 2 })).toContain('re-read 2');
  });

  it('counts recordings once there are any', () => {
    const recordings = { stored: 12, pending: 3, failed: 0 };
    expect(progressLine({ ...noProgress, stage: 'recordings', recordings })).toContain('12 recordings');
    expect(progressLine(noProgress)).not.toContain('recordings');
  });
});

describe('the report of a window', () => {
  const report: WindowReport = {
    status: 'complete',
    expected: 12_000,
    fetched: 12_000,
    inserted: 11_000,
    updated: 600,
    unchanged: 390,
    rejected: 10,
    absent: 2,
    recordings: { pending: 4, stored: 200, absent: 3, failed: 1, bytes: 45_000_000 },
    pages: 12,
    rereads: 1,
    durationMs: 4_321,
  };

  it('shows every figure, with its unit', () => {
    const text = reportLines(report).join('\n');
    for (const figure of [
      '12,000 of 12,000 expected',
      '11,000 new',
      '600 changed',
      '390 unchanged',
      '10 rejected',
      '2 gone from CXone',
      '200 stored (45.0 MB)',
      '4 not there yet',
      '3 absent',
      '1 failed',
      '4.3 s',
      '12 pages',
      '1 re-reads',
    ]) {
      expect(text).toContain(figure);
    }
  });

  it('names the reference lists that could not be read, if any', () => {
    expect(reportLines(report).join('\n')).not.toContain('could not be read');
    const lookupsNotRead = [{ list: 'skills', code: 'LookupsForbidden' }] as const;
    expect(reportLines({ ...report, lookupsNotRead }).join('\n')).toContain(
      'skills could not be read (LookupsForbidden)',
    );
  });
});

describe('the address of a run in Web UI', () => {
  const id = 'sync-window:acme:2026-11-01T00:00:00Z/2026-11-02T00:00:00Z';

  it('leads to the run, however its id is written', () => {
    const link = new URL(webUiLink('http://127.0.0.1:8233/', 'default', id, 'run-1'));
    const [, , namespace, , workflowId, runId, page] = link.pathname.split('/');
    expect(namespace).toBe('default');
    expect(decodeURIComponent(workflowId ?? '')).toBe(id);
    expect([runId, page]).toEqual(['run-1', 'history']);
  });

  it('leads to the latest run when none is named', () => {
    expect(webUiLink('http://127.0.0.1:8233', 'ops', 'x')).toBe(
      'http://127.0.0.1:8233/namespaces/ops/workflows/x',
    );
  });
});
