import { defineSignal } from '@temporalio/workflow';

/** What a window of the live sync tells once its contacts are proven complete. */
export interface ContactsSettled {
  /** Contacts that CXone counts for the window. */
  readonly expected: number;
  /** Contacts read, those of page edges more than once. */
  readonly fetched: number;
  /** Where the window ended in truth, when that is before the end that it was started with. */
  readonly to?: string;
}

export const contactsSettledSignal = defineSignal<[ContactsSettled]>('contactsSettled');
