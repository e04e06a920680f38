import {
  type NativeConnection,
  Worker,
  type WorkerDeploymentOptions,
  type WorkerOptions,
} from '@temporalio/worker';
import type { Activities } from '../activities';
import type { QuotaWaits } from '../store';
import type { HungSteps } from '../activities/interceptors/deadline';
import { taskQueues } from '../workflows/task-queues';
import { activityInterceptors } from './activity-interceptors';
import { activityQueues } from './queues';
import { workflowSource } from './workflow-bundle';

export interface WorkerParts {
  readonly connection: NativeConnection;
  readonly namespace: string;
  readonly activities: Activities;
  /** Where waits for quotas are counted, which do not count as attempts. */
  readonly waits: QuotaWaits;
  /** Called for attempts that fail after many others have. */
  readonly onLateAttempt?: (activity: string) => void;
  /** Where steps are noted that hang past their deadline. */
  readonly hung?: HungSteps;
  /** How long activities may go on after a signal to stop, in ms. */
  readonly shutdownGraceMs: number;
  /** Which build of a deployment these workers are; absent when they are unversioned. */
  readonly deployment?: WorkerDeploymentOptions | undefined;
  /** Where workflows come from, unless they are built. */
  readonly workflows?: Pick<WorkerOptions, 'workflowBundle' | 'workflowsPath'>;
}

/**
 * Activities are given back soon after the grace time (activities/interceptors/shutdown.ts). A worker that has not
 * ended this long after it is stuck, and fails instead of hanging.
 */
const stragglersMs = 15_000;

/**
 * The SDK passes on one heartbeat in four fifths of the time-out, which leaves a loaded machine 4 seconds of 20. At this
 * pace three in a row have to be late before a living worker is taken for dead.
 */
const heartbeatEveryMs = 5_000;

/**
 * One request for steps at a time and queue. Of several, the SDK's core ends all with the first that the server answers
 * empty when the worker stops, and what another of them brings at that moment is lost: its step runs into its heartbeat
 * time-out (core 1.24, pollers/mod.rs; docs/decisions). A worker that freezes takes no more than one step of a queue with it.
 * One request takes milliseconds, and steps are dispatched one by one anyway: 100 a second and queue.
 */
const activityPolls = { type: 'simple-maximum', maximum: 1 } as const;

/** One for new runs, three for those that this process knows: a lost one costs a workflow task its 10 seconds. */
const workflowPolls = { type: 'simple-maximum', maximum: 4 } as const;

/** One worker for workflows and one for each queue of activities, in this process. None of them runs yet. */
export async function createWorkers(parts: WorkerParts): Promise<readonly Worker[]> {
  const { connection, namespace, shutdownGraceMs, deployment } = parts;
  const shared = {
    connection,
    namespace,
    shutdownGraceTime: shutdownGraceMs,
    shutdownForceTime: shutdownGraceMs + stragglersMs,
    maxHeartbeatThrottleInterval: heartbeatEveryMs,
    // The same for every queue: a build is one only when all queues of a deployment have it.
    ...(deployment && { workerDeploymentOptions: deployment }),
  };
  const workflowWorker = await Worker.create({
    ...shared,
    ...(parts.workflows ?? workflowSource()),
    taskQueue: taskQueues.workflows,
    maxCachedWorkflows: 200,
    workflowTaskPollerBehavior: workflowPolls,
  });
  const activityWorkers = await Promise.all(
    activityQueues.map((queue) =>
      Worker.create({
        ...shared,
        taskQueue: queue.taskQueue,
        activities: Object.fromEntries(queue.activities.map((name) => [name, parts.activities[name]])),
        maxConcurrentActivityTaskExecutions: queue.concurrency,
        activityTaskPollerBehavior: activityPolls,
        interceptors: { activity: activityInterceptors(queue, parts.waits, parts.onLateAttempt, parts.hung) },
      }),
    ),
  );
  return [workflowWorker, ...activityWorkers];
}

/**
 * Runs workers until they are asked to stop, then waits for what they have in hand. When one fails, the others stop.
 *
 * @throws what the first failing worker failed with.
 */
export async function runWorkers(workers: readonly Worker[]): Promise<void> {
  const stopAll = (): void => {
    for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
  };
  const runs = workers.map((worker) => worker.run().finally(stopAll));
  const ends = await Promise.allSettled(runs);
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
}
