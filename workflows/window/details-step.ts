import type { OpenWindow } from '../../activities/types';
import { store } from '../activity-proxies';
import { isCode } from '../../errors';
import { causeOf } from '../failures';
import { fetchRecordings } from '../recordings/fetch-recordings';
import { readAgents } from './read-agents';
import { readLookups } from './read-lookups';
import type { VerifiedContacts } from './verify-count';
import { refOf } from './window-ref';
import { goOn, signIn, type WindowRun } from './window-run';
import * as states from './window-state';

/** Marks contacts that are gone, and reads the agents and the reference data behind the window's contacts. */
export async function readDetails(
  run: WindowRun,
  open: OpenWindow,
  contacts: VerifiedContacts,
): Promise<void> {
  if (run.state.agentsRead) return;
  if (run.state.progress.parked > 0) await signIn(run);
  const advance = (change: Partial<states.Progress>): void => run.change(states.advanced(run.state, change));
  advance({ stage: 'agents', expected: contacts.expected });
  const marks = contacts.steady && open.usualFilter && open.by === 'start';
  const outcomes = await Promise.allSettled([
    marks ? store.markAbsent({ ...refOf(open), round: contacts.round }) : 0,
    readAgents(open, contacts.round, (agents, hiddenAgents) => advance({ agents, hiddenAgents })),
    readLookups(open, contacts.round, (lookups) => advance({ lookups })),
  ]);
  const [absent] = outcomes;
  if (absent.status === 'fulfilled') run.change(states.absentMarked(run.state, contacts, absent.value));
  const failure = outcomes.find((outcome) => outcome.status === 'rejected');
  if (!failure) {
    run.change(states.agentsDone(run.state));
    return;
  }
  const { code } = causeOf(failure.reason);
  if (!open.leavesAgents || isCode(code, 'Cancelled')) throw failure.reason;
  advance({ agentsLeft: code });
}

/** Fetches the recordings that are due for the window's calls. */
export async function readRecordings(run: WindowRun, open: OpenWindow): Promise<void> {
  if (!open.downloads) return;
  if (run.state.progress.parked > 0) await signIn(run);
  run.change(states.advanced(run.state, { stage: 'recordings' }));
  const resumeAt = await fetchRecordings(open, run.state.recordingsAfter ?? null, (done) =>
    run.change(states.recordingsAdded(run.state, done)),
  );
  if (resumeAt === null) return;
  run.change(states.recordingsGoOn(run.state, resumeAt));
  await goOn(run);
}
