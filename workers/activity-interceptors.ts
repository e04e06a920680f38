import type { ActivityInterceptorsFactory } from '@temporalio/worker';
import { createRetryBudgetInterceptor } from '../activities';
import { createAttemptInterceptor } from '../activities/interceptors/late-attempts';
import {
  createDeadlineInterceptor,
  createHungSteps,
  type HungSteps,
} from '../activities/interceptors/deadline';
import { failureInterceptor } from '../activities/interceptors/failures';
import { handBackInterceptor } from '../activities/interceptors/shutdown';
import { heartbeatInterceptor } from '../activities/interceptors/heartbeats';
import type { QuotaWaits } from '../store';
import type { ActivityQueue } from './queues';

/** The interceptors around the activities of a queue, the outermost first. */
export function activityInterceptors(
  queue: ActivityQueue,
  waits: QuotaWaits,
  onLateAttempt: (activity: string) => void = () => undefined,
  hung: HungSteps = createHungSteps(),
): ActivityInterceptorsFactory[] {
  const inbound = [
    createAttemptInterceptor(onLateAttempt),
    failureInterceptor,
    heartbeatInterceptor,
    createDeadlineInterceptor(hung),
    handBackInterceptor,
    ...(queue.asksCxone ? [createRetryBudgetInterceptor(waits)] : []),
  ];
  return inbound.map((interceptor) => () => ({ inbound: interceptor }));
}
