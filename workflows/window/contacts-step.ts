import type { OpenWindow } from '../../activities/types';
import { store } from '../activity-proxies';
import { isCode } from '../../errors';
import { causeOf } from '../failures';
import { readRound } from './read-contacts';
import { tooManyRejected } from './rejected-share';
import { readHalves } from './split-window';
import { type VerifiedContacts, verifyCount } from './verify-count';
import { isOfLiveSync } from './window-ref';
import { claim, goOn, signIn, type WindowRun } from './window-run';
import * as states from './window-state';

/**
 * Reads the contacts of the window until they are settled, or both of its halves until they are closed.
 *
 * @throws ApplicationFailure `TooManyRejected`, `CountMismatch`, or that of the step that failed.
 */
export async function readContacts(run: WindowRun): Promise<void> {
  const { window } = run;
  const open = await claim(run);
  await signIn(run);
  if (run.state.split) await readInHalves(run, open);
  if (run.state.settled || run.state.report) return;
  // What was rejected may be right by now; but only once a person says so: until then the report shows what was read.
  run.change(states.attempted(run.state));
  const end = await readRounds(run, open).catch((error: unknown) => {
    if (isCode(causeOf(error).code, 'OffsetsIgnored')) run.change(states.refused(run.state));
    throw error;
  });
  if (end === 'large') {
    run.change(states.tooLarge(run.state));
    await readInHalves(run, open);
  } else if (end.tooMany && !isOfLiveSync(window)) {
    run.change(states.refused(run.state));
    throw tooManyRejected(window.tenant, end.tooMany);
  } else {
    run.change(states.contactsSettled(run.state, end));
  }
}

/**
 * Has too many rejected contacts of the live sync looked at by a person: its watermark has moved and the time is a gap,
 * so that what was rejected holds up no later tick.
 *
 * @throws ApplicationFailure `TooManyRejected`, or that of the step that failed.
 */
export async function checkRejected(run: WindowRun, open: OpenWindow): Promise<void> {
  const { settled, refused, rereads, round } = run.state;
  if (!settled?.tooMany || settled.tooMany.known) return;
  const { tenant } = run.window;
  if ((refused || rereads) && round) {
    await signIn(run);
    run.change(states.rereadBegun(run.state));
    const again = await readRounds(run, open);
    run.change(states.rereadEnded(run.state, again === 'large' ? undefined : again));
  }
  const tooMany = run.state.settled?.tooMany;
  if (tooMany) {
    run.change(states.refused(run.state));
    throw tooManyRejected(tenant, tooMany);
  }
  await store.readRejectedAgain({ tenant });
}

async function readRounds(run: WindowRun, open: OpenWindow): Promise<VerifiedContacts | 'large'> {
  for (;;) {
    const begun = states.roundBegun(run.state, open);
    run.change(begun);
    const end = await readRound(open, begun.round, (round) =>
      run.change(states.roundChanged(run.state, round)),
    );
    if (end === 'full') await goOn(run);
    if (end === 'large') return end;
    const verdict = await verifyCount(open, run.state.round ?? begun.round);
    if ('round' in verdict) return verdict;
    run.change(states.readAgain(run.state, verdict));
  }
}

async function readInHalves(run: WindowRun, open: OpenWindow): Promise<void> {
  const report = await readHalves(run.window, open);
  run.change(states.halvesClosed(run.state, report));
}
