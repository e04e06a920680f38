import { backfillLine, backfillLines } from '../../../../client/backfill/report';
import { planBackfill } from '../../../../workflows/backfill/backfill-input';
import { progressOf, reportOf } from '../../../../workflows/backfill/backfill-progress';
import * as windows from '../../../../workflows/backfill/backfill-state';

const plan = planBackfill(
  { tenant: 'acme', from: '2026-11-01T00:00:00Z', to: '2026-11-11T00:00:00Z', concurrency: 3 },
  new Date(0),
);
const circumstances = { cancelling: false, done: false, mediaPerSecond: 0.5 };

/** Ten windows: two were complete before, one failed, one is parked, two are complete, three run, one is to come. */
function halfWay(recordings = 1): windows.BackfillState {
  let state = windows.newBackfill(10, 7, 0);
  state = windows.lookedUp(state, { first: 0, count: 10 }, new Set([0, 1]));
  state = windows.takeReady(state).state;
  const end = (window: number, outcome: windows.WindowOutcome['outcome'], at: number) => {
    const news = { window, outcome, contacts: 5_000, recordings, code: 'ContactsForbidden' } as const;
    state = windows.ended(state, news, at);
  };
  end(2, 'complete', 10_000);
  end(3, 'failed', 11_000);
  end(4, 'parked', 12_000);
  end(5, 'complete', 20_000);
  return { ...state, concurrency: 3 };
}

describe('the line of a backfill', () => {
  const line = (state: windows.BackfillState, more: object = {}) =>
    backfillLine(progressOf(plan, state, { ...circumstances, ...more }));

  it('lists what is done, running, to come, failed, parked and skipped', () => {
    const said = line(halfWay());
    for (const part of [
      '40 %',
      '4 of 10 windows',
      '3 running',
      '1 to come',
      '1 failed',
      '1 parked',
      '2 skipped',
      '10,000 contacts (500/s)',
      '2 recordings',
    ]) {
      expect(said).toContain(part);
    }
  });

  it('says how long it will take, and what bounds it', () => {
    // Two windows in 20 s, and four are left.
    expect(line(halfWay())).toContain('about 40.0 s left');
    expect(line(halfWay())).toContain('bound by 3 windows at a time');
    expect(line(halfWay(5))).toContain('bound by the quota of Media Playback, 0.5 recordings/s');
    const paused = line(windows.setPaused(halfWay(), true, 0));
    expect(paused).toContain('paused');
    expect(paused).toContain('bound by the pause');
    expect(paused).not.toContain('left');
    const last = windows.takeReady({ ...halfWay(), concurrency: 9 }).state;
    expect(line(last)).toContain('bound by the last windows');
  });
});

describe('the report of a backfill', () => {
  it('is complete only when every window is', () => {
    let state = windows.lookedUp(
      windows.newBackfill(10, 1, 0),
      { first: 0, count: 10 },
      new Set(Array(10).keys()),
    );
    expect(reportOf(plan, state).status).toBe('complete');
    state = { ...state, marks: `p${state.marks.slice(1)}` };
    expect(reportOf(plan, state)).toMatchObject({ status: 'incomplete', skipped: 9 });
  });

  it('names each failed and each parked window', () => {
    const lines = backfillLines(reportOf(plan, halfWay()));
    expect(lines).toContain('failed      2026-11-04T00:00:00Z – 2026-11-05T00:00:00Z  ContactsForbidden');
    expect(lines).toContain('parked      2026-11-05T00:00:00Z – 2026-11-06T00:00:00Z');
    expect(lines[0]).toContain('4 of 10 complete (2 were so before), 1 failed, 1 parked');
  });

  it('says that more have failed than it names', () => {
    const lines = backfillLines({ ...reportOf(plan, halfWay()), failedWindows: 8 });
    expect(lines).toContain('failed      and 7 more: the ledger names them');
  });
});
