import { continueAsNew } from '@temporalio/workflow';
import type { OpenWindow, WindowReport } from '../../activities/types';
import { api, store } from '../activity-proxies';
import type { SyncWindow, SyncWindowInput } from '../inputs';
import { goesOnAfterReset } from '../parking';
import { showProgress } from './window-progress';
import { claimOf } from './window-ref';
import { type CarriedWindow, carriedOf, claimed, type WindowState } from './window-state';

/** A run of a window: what it was started with, and how far it has come. Its steps read and change it. */
export interface WindowRun {
  readonly input: SyncWindowInput;
  readonly window: SyncWindow;
  readonly state: WindowState;
  /** Takes over the next state and shows it. Once the run has failed, nothing changes it any more. */
  change(next: WindowState): void;
}

export function createRun(input: SyncWindowInput, window: SyncWindow, start: WindowState): WindowRun {
  let state = start;
  return {
    input,
    window,
    get state() {
      return state;
    },
    change(next) {
      if (state.failed) return;
      state = next;
      showProgress(window, state.progress);
    },
  };
}

/** The window as the ledger has it, claimed by this run. */
export async function claim(run: WindowRun): Promise<OpenWindow> {
  const open = run.state.open ?? (await store.openWindow(claimOf(run.window)));
  run.change(claimed(run.state, open));
  return open;
}

/** Signs in. After an operator has fixed something, credentials that CXone refused before are sent again. */
export async function signIn({ window, state }: WindowRun): Promise<void> {
  await api.authenticate({
    tenant: window.tenant,
    anew: state.progress.parked > 0 || goesOnAfterReset(),
  });
}

/** Goes on in a history of its own. */
export async function goOn({ input, state }: WindowRun): Promise<never> {
  const rest = carriedOf(state);
  if (!rest) throw new TypeError('nothing to continue with');
  return continueAsNew<SyncWindowRun>(input, rest);
}

/** `syncWindow` itself, which takes its steps from here. */
type SyncWindowRun = (input: SyncWindowInput, carried: CarriedWindow) => Promise<WindowReport>;
