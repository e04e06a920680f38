import { randomUUID } from 'node:crypto';
import {
  decompileRetryPolicy,
  defaultFailureConverter,
  defaultPayloadConverter,
  type LoadedDataConverter,
  noopMetricMeter,
  SdkComponent,
} from '@temporalio/common';
import { LoggerWithComposedMetadata } from '@temporalio/common/lib/logger';
import { tsToMs } from '@temporalio/common/lib/time';
import type { coresdk, temporal } from '@temporalio/proto';
import { DefaultLogger } from '@temporalio/worker';
import { Activity } from '@temporalio/worker/lib/activity';
import type { Activities } from '../../activities';
import { activityInterceptors } from '../../workers/activity-interceptors';
import { activityQueues } from '../../workers/queues';
import { memoryWaits } from '../setup/memory-waits';
import type { VirtualClock } from './virtual-clock';

type Command = coresdk.workflow_commands.IScheduleActivity;
type Failure = temporal.api.failure.v1.IFailure;

/** Numbers of `temporal.api.enums.v1.RetryState` (the package exports its types only at the type level). */
const retryState = { nonRetryable: 2, attemptsUsedUp: 4 } as const;

const converter: LoadedDataConverter = {
  payloadConverter: defaultPayloadConverter,
  payloadCodecs: [],
  failureConverter: defaultFailureConverter,
};
const logger = LoggerWithComposedMetadata.compose(new DefaultLogger('ERROR', () => undefined), {
  sdkComponent: SdkComponent.worker,
});

/** What the attempts of one scheduled activity need. */
export interface AttemptContext {
  readonly activities: Activities;
  readonly clock: VirtualClock;
  readonly workflow: { readonly workflowId: string; readonly runId: string; readonly workflowType: string };
  /** Whether the worker of the next attempt freezes: its work is done in the end, but never reported. */
  readonly isFrozen: () => boolean;
  /** Called with an attempt that is no longer waited for. */
  readonly letGo: (attempt: Promise<unknown>) => void;
  /** Called for every failed attempt. */
  readonly onFailure: (failure: Failure) => void;
}

/**
 * Does what server and activity worker do with a scheduled activity: attempts with the SDK's own activity runner and our
 * interceptors, retried by the policy of the command and the delay that a failure asks for. Waits cost virtual time.
 *
 * @returns what the workflow gets in the end.
 */
export async function runAttempts(
  command: Command,
  context: AttemptContext,
): Promise<coresdk.activity_result.IActivityResolution> {
  for (let attempt = 1; ; attempt += 1) {
    const result = await attemptOrTimeOut(command, attempt, context);
    const { completed, failed, cancelled } = result;
    if (completed) return { completed };
    if (cancelled) return { cancelled };
    const failure = failed?.failure;
    if (!failure) throw new Error(`${command.activityType} ended in a way a worker never reports`);
    context.onFailure(failure);
    const verdict = retryVerdict(command, failure, attempt);
    if (typeof verdict !== 'number')
      return { failed: { failure: asActivityFailure(command, failure, verdict) } };
    await context.clock.sleep(verdict);
  }
}

/**
 * An attempt as the server sees it. That of a frozen worker times out; its work goes on beside the next attempt, or was
 * done before, depending on the number of the attempt.
 */
async function attemptOrTimeOut(command: Command, attempt: number, context: AttemptContext) {
  const running = runAttempt(command, attempt, context);
  if (!context.isFrozen()) return running;
  const unheard = running.catch(() => undefined);
  context.letGo(unheard);
  if (attempt % 2 === 0) await unheard;
  return { failed: { failure: heartbeatMissed } } as Awaited<typeof running>;
}

/** 4: `TIMEOUT_TYPE_HEARTBEAT` of `temporal.api.enums.v1.TimeoutType`. */
const heartbeatMissed: Failure = {
  message: 'activity Heartbeat timeout',
  timeoutFailureInfo: { timeoutType: 4 },
};

async function runAttempt(
  command: Command,
  attempt: number,
  { activities, clock, workflow }: AttemptContext,
) {
  const activityType = command.activityType ?? '';
  const fn = activities[activityType as keyof Activities] as (...args: unknown[]) => Promise<unknown>;
  const args = (command.arguments ?? []).map((payload) => defaultPayloadConverter.fromPayload(payload));
  const { workflowId, runId, workflowType } = workflow;
  const activity = new Activity(
    {
      attempt,
      activityId: command.activityId ?? '',
      activityType,
      taskQueue: command.taskQueue ?? '',
      isLocal: false,
      inWorkflow: true,
      workflowType,
      workflowExecution: { workflowId, runId },
      heartbeatTimeoutMs: milliseconds(command.heartbeatTimeout),
      retryPolicy: decompileRetryPolicy(command.retryPolicy),
      startToCloseTimeoutMs: milliseconds(command.startToCloseTimeout) ?? 0,
      taskToken: Buffer.from(randomUUID()),
      namespace: 'in-process',
    } as unknown as ConstructorParameters<typeof Activity>[0],
    fn,
    converter,
    { type: 'activity', namespace: 'in-process', activityId: '', workflowId, isLocal: false },
    undefined,
    () => undefined,
    undefined,
    logger,
    noopMetricMeter,
    interceptorsOf(command.taskQueue ?? ''),
  );
  const end = clock.begin();
  try {
    return await activity.run({ args, headers: {} });
  } finally {
    // In a turn of its own, so that the awaiter of the attempt has taken over before time may jump.
    setImmediate(end);
  }
}

/** Waits of all runs of this process: an activity's key names its run. */
const waits = memoryWaits();

function interceptorsOf(taskQueue: string): ReturnType<typeof activityInterceptors> {
  const queue = activityQueues.find((one) => one.taskQueue === taskQueue);
  if (queue === undefined) throw new Error(`no worker serves the queue "${taskQueue}"`);
  return activityInterceptors(queue, waits);
}

/** How long to wait before the next attempt in ms, or why there is none (temporal/facts.md §2). */
function retryVerdict(command: Command, failure: Failure, attempt: number): number | keyof typeof retryState {
  const policy = command.retryPolicy ?? {};
  const info = failure.applicationFailureInfo;
  const never = policy.nonRetryableErrorTypes ?? [];
  if (info?.nonRetryable || never.includes(info?.type ?? '')) return 'nonRetryable';
  const most = policy.maximumAttempts ?? 0;
  if (most > 0 && attempt >= most) return 'attemptsUsedUp';
  const asked = milliseconds(info?.nextRetryDelay);
  if (asked !== undefined) return asked;
  const initial = milliseconds(policy.initialInterval) ?? 1_000;
  const grown = initial * (policy.backoffCoefficient ?? 2) ** (attempt - 1);
  return Math.min(grown, milliseconds(policy.maximumInterval) ?? initial * 100);
}

function asActivityFailure(command: Command, cause: Failure, state: keyof typeof retryState): Failure {
  return {
    message: 'Activity task failed',
    cause,
    activityFailureInfo: {
      activityId: command.activityId ?? '',
      activityType: { name: command.activityType ?? '' },
      identity: 'in-process',
      retryState: retryState[state],
    },
  };
}

function milliseconds(duration: Parameters<typeof tsToMs>[0]): number | undefined {
  return duration === null || duration === undefined ? undefined : tsToMs(duration);
}
