import { activityInfo, heartbeat } from '@temporalio/activity';
import type { ActivityExecuteInput, ActivityInboundCallsInterceptor, Next } from '@temporalio/worker';

const everyMs = 5_000;

/**
 * Says for every activity that its worker is alive, so that a dead one is noticed within the heartbeat time-out
 * instead of the activity's own. Progress of a stuck step shows elsewhere: requests have time-outs of their own.
 */
export const heartbeatInterceptor: ActivityInboundCallsInterceptor = {
  async execute(input: ActivityExecuteInput, next: Next<ActivityInboundCallsInterceptor, 'execute'>) {
    if (activityInfo().heartbeatTimeoutMs === undefined) return next(input);
    const timer = setInterval(() => heartbeat(), everyMs);
    try {
      return await next(input);
    } finally {
      clearInterval(timer);
    }
  },
};
