import { activityQueues } from '../../workers/queues';

/** The names under which a worker registers our activities. */
export const activityNames: readonly string[] = activityQueues.flatMap(({ activities }) => activities);
