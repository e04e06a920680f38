import fc from 'fast-check';
import type { OpenWindow, WindowReport } from '../../../../activities/types';
import { newRound } from '../../../../workflows/window/round-state';
import type { VerifiedContacts } from '../../../../workflows/window/verify-count';
import * as states from '../../../../workflows/window/window-state';

const open: OpenWindow = {
  tenant: 'acme',
  from: '2026-11-01T00:00:00.000Z',
  to: '2026-11-02T00:00:00.000Z',
  windowId: '7',
  attempt: 1,
  by: 'update',
  passes: [{}],
  recordings: true,
  downloads: true,
  usualFilter: true,
  pageSize: 5,
  pagesInFlight: 3,
  recordingsInFlight: 4,
  maxRereads: 2,
  parkedTimeoutHours: 1,
  leavesAgents: true,
};
const contacts: VerifiedContacts = { round: 0, expected: 9, absent: 1, steady: true };
const report: WindowReport = {
  status: 'complete',
  expected: 9,
  fetched: 9,
  inserted: 9,
  updated: 0,
  unchanged: 0,
  rejected: 0,
  absent: 0,
  recordings: { pending: 0, stored: 0, absent: 0, failed: 0, bytes: 0 },
  pages: 2,
  rereads: 0,
  durationMs: 1,
};

type Transition = (state: states.WindowState) => states.WindowState;

/** All that can happen to a run while it goes on. */
const transitions: Readonly<Record<string, Transition>> = {
  claimed: (state) => states.claimed(state, open),
  advanced: (state) => states.advanced(state, { agents: 3, agentsLeft: 'AgentsForbidden' }),
  roundBegun: (state) => states.roundBegun(state, open),
  roundChanged: (state) => states.roundChanged(state, { ...(state.round ?? newRound(open, 0)), contacts: 5 }),
  readAgain: (state) => states.readAgain(state, { before: 5, toEmpty: true }),
  refused: states.refused,
  attempted: states.attempted,
  rereadBegun: states.rereadBegun,
  rereadEnded: (state) => states.rereadEnded(state, contacts),
  rereadWithoutEnd: (state) => states.rereadEnded(state),
  contactsSettled: (state) => states.contactsSettled(state, contacts),
  absentMarked: (state) => states.absentMarked(state, contacts, 2),
  agentsDone: states.agentsDone,
  recordingsAdded: (state) => states.recordingsAdded(state, { stored: 1, pending: 2, failed: 3, bytes: 4 }),
  recordingsGoOn: (state) => states.recordingsGoOn(state, '4711'),
  parked: (state) => states.parked(state, [{ code: 'DatabaseFull', message: 'full', remedy: 'free some' }]),
  unparked: states.unparked,
};
const lives = fc.array(fc.constantFrom(...Object.values(transitions)), { maxLength: 40 });

/** The state after each of them. */
function livedThrough(life: readonly Transition[]): readonly states.WindowState[] {
  const lived = [states.newWindow()];
  for (const transition of life) lived.push(transition(lived.at(-1)!));
  return lived;
}

const carry = (state: states.WindowState) =>
  JSON.parse(JSON.stringify(states.carriedOf(state))) as states.CarriedWindow | null;

describe('the state of a window', () => {
  it('is what its continuation begins with, wherever it is cut', () => {
    fc.assert(
      fc.property(lives, (life) => {
        for (const state of livedThrough(life)) {
          const carried = carry(state);
          expect(carried === null).toBe(!state.open || !state.round);
          if (carried === null) continue;
          const after = states.continued(carried);
          expect(after).toEqual({ ...state, split: false, refused: false, report: null, failed: false });
          expect(carry(after)).toEqual(carried);
        }
      }),
    );
  });

  it('never goes back to a round before, nor leaves one out, and keeps contacts that are settled', () => {
    fc.assert(
      fc.property(lives, (life) => {
        const lived = livedThrough(life);
        for (const [place, { round, settled }] of lived.entries()) {
          const next = lived[place + 1];
          if (!next) continue;
          const grown = (next.round?.round ?? 0) - (round?.round ?? 0);
          expect([0, 1]).toContain(grown);
          if (settled) expect(next.settled).toBeDefined();
        }
      }),
    );
  });

  it('reads once more what was refused, and only that', () => {
    const begun = states.roundBegun(states.claimed(states.newWindow(), open), open);
    expect(states.attempted(begun).round).toBe(begun.round);
    const again = states.attempted(states.refused(begun));
    expect(again.round?.round).toBe(1);
    expect(states.attempted(again)).toEqual(again);
  });

  it('reads to an empty page for good once a list has ended too early', () => {
    const begun = states.roundBegun(states.claimed(states.newWindow(), open), open);
    const next = states.readAgain(begun, { before: 5, toEmpty: true });
    expect(next.round).toMatchObject({ round: 1, before: 5, toEmpty: true });
    expect(states.attempted(states.refused(next)).round).toMatchObject({ round: 2, toEmpty: true });
  });

  it('goes on with the reading once more that a failure has interrupted', () => {
    const begun = states.roundBegun(states.claimed(states.newWindow(), open), open);
    const rejected = { ...contacts, tooMany: { rejected: 9, contacts: 9, allowed: 0.5, known: false } };
    const first = states.rereadBegun(states.refused(states.contactsSettled(begun, rejected)));
    expect(first).toMatchObject({ rereads: true, refused: false, round: { round: 1 } });
    expect(states.rereadBegun(first).round).toBe(first.round);
    expect(states.rereadEnded(first)).toMatchObject({ rereads: false, settled: rejected });
    expect(states.rereadEnded(first, contacts).settled).toBe(contacts);
  });

  it('is closed with what it knows, however far it has come', () => {
    const fresh = states.newWindow();
    expect(states.closingOf(fresh)).toEqual({ expected: null, absent: 0, round: 0 });
    const begun = states.readAgain(states.roundBegun(states.claimed(fresh, open), open), {});
    expect(states.closingOf(begun)).toEqual({ expected: null, absent: 0, round: 1 });
    const settled = states.contactsSettled(begun, { ...contacts, to: open.from });
    expect(states.closingOf(settled)).toEqual({ expected: 9, absent: 1, round: 0, readTo: open.from });
  });

  it('says with its report what could not be read beside the contacts', () => {
    const notRead = [{ list: 'skills' as const, code: 'LookupsForbidden' }];
    const lacking = states.advanced(states.newWindow(), {
      agentsLeft: 'AgentsForbidden',
      lookups: { rows: 0, notRead },
    });
    expect(states.closed(lacking, report)).toMatchObject({
      progress: { stage: 'done' },
      report: { ...report, lookupsNotRead: notRead, agentsNotRead: 'AgentsForbidden' },
    });
    expect(states.closed(states.newWindow(), report).report).toEqual(report);
  });

  it('fills in what an earlier release did not carry', () => {
    const { lookups: _lookups, waitsFor: _waitsFor, ...earlier } = states.noProgress;
    const carried = {
      window: open,
      round: newRound(open, 0),
      progress: earlier as states.Progress,
      recordingsAfter: '4711',
    };
    expect(states.continued(carried)).toMatchObject({ agentsRead: true, progress: states.noProgress });
  });
});
