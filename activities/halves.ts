import type { Store } from '../store';
import type { WindowRef, WindowReport } from './types';
import { toReport } from './windows';

export interface CloseSplitInput extends WindowRef {
  /** Where the window was split: the halves are [from, middle) and [middle, to). */
  readonly middle: string;
}

/** Closing the ledger's row of a window that was read in two halves. */
export function createHalvesActivities({ store }: { readonly store: Store }) {
  return {
    /** Writes the sums of both halves into the row of the whole and lets it go. */
    async closeSplitWindow({ windowId, attempt, middle }: CloseSplitInput): Promise<WindowReport> {
      return toReport(await store.windows.closeFromHalves(windowId, attempt, new Date(middle)));
    },
  };
}
