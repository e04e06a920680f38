import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { BackfillProgress } from './backfill-progress';

/** How a window's run ended, or that it is parked; told by `syncWindow` to the backfill that started it. */
export interface WindowEnded {
  /** ISO 8601 in UTC, as the child's input has them. */
  readonly from: string;
  readonly to: string;
  readonly outcome: 'complete' | 'incomplete' | 'failed' | 'parked';
  readonly contacts: number;
  readonly recordings: number;
  readonly code?: string;
  /** The child's first run id. */
  readonly run?: string;
}

export interface SetConcurrency {
  /** Windows at a time, 1 to 32. */
  readonly concurrency: number;
}

export const windowEndedSignal = defineSignal<[WindowEnded]>('windowEnded');
export const backfillProgressQuery = defineQuery<BackfillProgress>('progress');
export const pauseUpdate = defineUpdate<BackfillProgress>('pause');
export const resumeUpdate = defineUpdate<BackfillProgress>('resume');
export const setConcurrencyUpdate = defineUpdate<BackfillProgress, [SetConcurrency]>('setConcurrency');
export const retryFailedUpdate = defineUpdate<BackfillProgress>('retryFailed');
export const cancelUpdate = defineUpdate<BackfillProgress>('cancel');
