import { activityInfo } from '@temporalio/activity';
import type { ActivityExecuteInput, ActivityInboundCallsInterceptor, Next } from '@temporalio/worker';
import { activityFailure } from '../application-failure';

/** Steps that were given up at their deadline while what they had begun still hangs in this process, by activity. */
export type HungSteps = ReturnType<typeof createHungSteps>;

/** @param onChange gets, at every change, how many steps of an activity hang now. */
export function createHungSteps(onChange: (activity: string, count: number) => void = () => undefined) {
  const hanging = new Map<string, number>();
  const change = (activity: string, by: number): void => {
    const count = (hanging.get(activity) ?? 0) + by;
    hanging.set(activity, count);
    onChange(activity, count);
  };
  return {
    /** To be called when a step is given up; answers what to call when its work ends after all. */
    add(activity: string): () => void {
      change(activity, 1);
      return () => change(activity, -1);
    },
    count: (): number => [...hanging.values()].reduce((sum, count) => sum + count, 0),
  };
}

/** A tenth before the time at which Temporal gives the step to another, and at most half a minute. */
const deadlineOf = (startToCloseMs: number): number => startToCloseMs - Math.min(30_000, startToCloseMs / 10);

/**
 * Gives a step up that does not end in its time, whatever it waits for, and retries it: its slot would be taken for
 * ever, since Temporal ends the attempt and not the work. Requests, statements and downloads have shorter time-outs of
 * their own; this is for what has none, such as a network file system that does not answer.
 */
export function createDeadlineInterceptor(hung: HungSteps): ActivityInboundCallsInterceptor {
  return {
    async execute(input: ActivityExecuteInput, next: Next<ActivityInboundCallsInterceptor, 'execute'>) {
      const { activityType, startToCloseTimeoutMs } = activityInfo();
      const work = next(input);
      let timer: NodeJS.Timeout | undefined;
      const tooLate = new Promise<never>((_resolve, reject) => {
        timer = setTimeout(() => {
          const ended = hung.add(activityType);
          work.then(ended, ended);
          reject(stepHung(activityType));
        }, deadlineOf(startToCloseTimeoutMs));
      });
      return Promise.race([work, tooLate]).finally(() => clearTimeout(timer));
    },
  };
}

function stepHung(activity: string): Error {
  const message = `The step ${activity} did not end in its time and was given up.`;
  return activityFailure({ code: 'StepHung', message }, { afterMs: undefined });
}
