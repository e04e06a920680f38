import type { Activities } from '../activities';
import { taskQueues } from '../workflows/task-queues';

/** One task queue of activities: what it serves and how many at a time. */
export interface ActivityQueue {
  readonly taskQueue: string;
  readonly activities: readonly (keyof Activities)[];
  readonly concurrency: number;
  /** Its activities may wait for a quota: their attempts are counted apart (activities/interceptors/retry-budget.ts). */
  readonly asksCxone: boolean;
}

/**
 * Activities by what bounds them. The figures are per worker process: CXone is asked politely (contract §5: start
 * with few requests at a time), media is bound by quota and bandwidth, the store by PostgreSQL's connections.
 */
export const activityQueues: readonly ActivityQueue[] = [
  {
    taskQueue: taskQueues.api,
    activities: [
      'authenticate',
      'fetchContactPage',
      'countContacts',
      'fetchAgents',
      'fetchLookups',
      'planIncrement',
      'createExtractionJob',
      'lookAtExtractionJob',
    ],
    concurrency: 8,
    asksCxone: true,
  },
  {
    taskQueue: taskQueues.media,
    activities: ['downloadRecording', 'loadExtraction'],
    concurrency: 16,
    asksCxone: true,
  },
  {
    taskQueue: taskQueues.store,
    activities: [
      'openWindow',
      'persistContacts',
      'persistAgents',
      'claimLookups',
      'persistLookups',
      'tallyRound',
      'countDoubles',
      'markAbsent',
      'moveWatermark',
      'skipGap',
      'readRejectedAgain',
      'lookAtGap',
      'dismissGap',
      'parkedTimeout',
      'dueRecordings',
      'recordingsToSweep',
      'noteParked',
      'closeWindow',
      'closeSplitWindow',
      'findComplete',
      'inspectRuns',
      'cancelBackfill',
      'findExtracted',
      'endExtraction',
    ],
    concurrency: 6,
    asksCxone: false,
  },
];

/** Connections the store may hold: what the queues may use at once, and a few for health and claims. */
export const storeConnections = 16;
