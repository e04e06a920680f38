import { defineQuery, defineUpdate } from '@temporalio/workflow';
import type { BackfillProgress } from './backfill-progress';

export interface SetConcurrency {
  /** Windows at a time, 1 to 32. */
  readonly concurrency: number;
}

export const backfillProgressQuery = defineQuery<BackfillProgress>('progress');
export const pauseUpdate = defineUpdate<BackfillProgress>('pause');
export const resumeUpdate = defineUpdate<BackfillProgress>('resume');
export const setConcurrencyUpdate = defineUpdate<BackfillProgress, [SetConcurrency]>('setConcurrency');
export const retryFailedUpdate = defineUpdate<BackfillProgress>('retryFailed');
export const cancelUpdate = defineUpdate<BackfillProgress>('cancel');
