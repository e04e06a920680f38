import { defineSignal } from '@temporalio/workflow';
import type { ReadCode } from '../../errors';

/** What a window of the live sync reports once its contacts are proven complete. */
export interface ContactsSettled {
  /** Contacts that CXone counts for the window. */
  readonly expected: number;
  /** Contacts read, those of page edges more than once. */
  readonly fetched: number;
  /** Where the window ended in truth, when that is before the end that it was started with. */
  readonly to?: string;
}

export const contactsSettledSignal = defineSignal<[ContactsSettled]>('contactsSettled');

/** How a window's run ended, or that it is parked; `syncWindow` signals this to the backfill that started it. */
export interface WindowEnded {
  /** ISO 8601 in UTC, as the child's input has them. */
  readonly from: string;
  readonly to: string;
  readonly outcome: 'complete' | 'incomplete' | 'failed' | 'parked';
  readonly contacts: number;
  readonly recordings: number;
  readonly code?: ReadCode;
  /** The child's first run id. */
  readonly run?: string;
}

export const windowEndedSignal = defineSignal<[WindowEnded]>('windowEnded');
