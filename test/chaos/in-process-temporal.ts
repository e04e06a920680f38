import { randomUUID } from 'node:crypto';
import { defaultFailureConverter, defaultPayloadConverter } from '@temporalio/common';
import { msToTs, tsToMs } from '@temporalio/common/lib/time';
import type { coresdk, temporal } from '@temporalio/proto';
import type { Activities } from '../../activities';
import { runAttempts } from './activity-attempts';
import type { RecordedHistory } from './recorded-history';
import type { WorkflowSandbox } from './sandbox';
import type { VirtualClock } from './virtual-clock';

type Command = coresdk.workflow_commands.IWorkflowCommand;
type Job = coresdk.workflow_activation.IWorkflowActivationJob;
type Payload = temporal.api.common.v1.IPayload;
type Failure = temporal.api.failure.v1.IFailure;

export interface InProcessTemporal {
  /** Runs a workflow, its continuations and its children to the end. @throws Error when it hangs or its task fails */
  run(workflowType: string, workflowId: string, input: unknown): Promise<RunEnd>;
}

/** How a run ended: its result, or the error as a client of Temporal gets it as `cause`. */
export type RunEnd =
  { readonly ok: true; readonly result: unknown } | { readonly ok: false; readonly error: Error };

export interface InProcessOptions {
  readonly sandbox: WorkflowSandbox;
  readonly activities: Activities;
  readonly clock: VirtualClock;
  readonly history: RecordedHistory;
  /** Events of a run after which the server suggests continue-as-new. */
  readonly historyLimit: number;
  /** Asked before each attempt of an activity: whether its worker freezes (activity-attempts.ts). */
  readonly isFrozen: () => boolean;
}

type End =
  | { readonly kind: 'completed'; readonly result: Payload | null }
  | { readonly kind: 'failed'; readonly failure: Failure }
  | { readonly kind: 'continued'; readonly args: readonly Payload[] };

interface Run {
  readonly workflowType: string;
  readonly workflowId: string;
  readonly runId: string;
  readonly firstRunId: string;
  readonly parent: { readonly workflowId: string; readonly runId: string } | undefined;
  readonly args: readonly Payload[];
}

/**
 * The part of a Temporal server that our workflows use, in this process and on a clock that skips waiting: it gives work
 * to the SDK's own sandbox, carries out its commands and reports how they ended, in the protocol of the SDK's core.
 */
export function inProcessTemporal(options: InProcessOptions): InProcessTemporal {
  const { sandbox, activities, clock, history, historyLimit, isFrozen } = options;
  /** The runs that are open, by id: each takes jobs for its next activation. */
  const open = new Map<string, (job: Job) => void>();
  /** What runs on its own: children that may outlive their parent, attempts that are not waited for. */
  const aside: Promise<unknown>[] = [];

  async function runOnce(run: Run): Promise<End> {
    let resting = clock.begin();
    const workflow = await sandbox.load({ ...run, startedAt: clock.now() });
    const jobs: Job[] = [initialise(run, clock.now())];
    let events = 3;
    const last: { end?: End } = {};
    let breakOff: (reason: unknown) => void = () => undefined;
    const broken = new Promise<never>((_, reject) => (breakOff = reject));
    broken.catch(() => undefined);
    let wake: (() => void) | undefined;

    /** A job for the next activation; its receiver counts as working from now on. */
    const push = (job: Job): void => {
      jobs.push(job);
      events += 3;
      if (!wake) return;
      resting = clock.begin();
      wake();
      wake = undefined;
    };

    open.set(run.workflowId, push);

    const carryOut = (command: Command): void => {
      history.payloads('summary', [command.userMetadata?.summary, command.userMetadata?.details]);
      const { scheduleActivity, startTimer, startChildWorkflowExecution: child } = command;
      const { signalExternalWorkflowExecution: signal } = command;
      const attributes = command.upsertWorkflowSearchAttributes?.searchAttributes;
      if (scheduleActivity) {
        perform(run, scheduleActivity)
          .then((result) => push({ resolveActivity: { seq: scheduleActivity.seq, result } } as Job))
          .catch(breakOff);
      } else if (startTimer) {
        const ms = startTimer.startToFireTimeout ? tsToMs(startTimer.startToFireTimeout) : 0;
        void clock.sleep(ms).then(() => push({ fireTimer: { seq: startTimer.seq } } as Job));
      } else if (child) {
        aside.push(startChild(run, child, push).catch(breakOff));
      } else if (signal) {
        push({ resolveSignalExternalWorkflow: sendSignal(signal) } as Job);
      } else if (command.completeWorkflowExecution) {
        last.end = { kind: 'completed', result: command.completeWorkflowExecution.result ?? null };
      } else if (command.failWorkflowExecution) {
        last.end = { kind: 'failed', failure: command.failWorkflowExecution.failure ?? {} };
      } else if (command.continueAsNewWorkflowExecution) {
        last.end = { kind: 'continued', args: command.continueAsNewWorkflowExecution.arguments ?? [] };
      } else if (attributes) {
        history.payloads('label', Object.values(attributes.indexedFields ?? {}));
      } else if (!command.cancelTimer && !command.modifyWorkflowProperties && !command.setPatchMarker) {
        throw new Error(`no answer to the command ${Object.keys(command).join(', ')}`);
      }
    };

    try {
      for (;;) {
        const { successful, failed } = await workflow.activate({
          runId: run.runId,
          timestamp: msToTs(clock.now()),
          isReplaying: false,
          historyLength: events,
          historySizeBytes: msToTs(0).seconds,
          continueAsNewSuggested: events > historyLimit,
          jobs: jobs.splice(0),
        } as coresdk.workflow_activation.IWorkflowActivation);
        // A server would hand the failed task out for ever, and the run would spin.
        if (failed) throw new Error(`the workflow task failed: ${failed.failure?.message ?? 'no reason'}`);
        for (const command of successful?.commands ?? []) carryOut(command);
        if (last.end) return last.end;
        if (jobs.length > 0) continue;
        const woken = new Promise<void>((resolve) => (wake = resolve));
        resting();
        await Promise.race([woken, broken, clock.stalled]);
      }
    } finally {
      if (open.get(run.workflowId) === push) open.delete(run.workflowId);
      // In a turn of its own, so that the awaiter of this run has taken over before time may jump.
      setImmediate(resting);
      await workflow.dispose();
    }
  }

  /** @returns the job that reports the result to the sender's next activation */
  function sendSignal(command: coresdk.workflow_commands.ISignalExternalWorkflowExecution) {
    const { seq, workflowExecution, signalName } = command;
    const input = command.args ?? [];
    history.payloads('signal', input);
    const receive = open.get(workflowExecution?.workflowId ?? '');
    receive?.({ signalWorkflow: { signalName, input, identity: 'in-process', headers: {} } } as Job);
    return receive ? { seq } : { seq, failure: { message: 'external workflow execution not found' } };
  }

  async function perform(run: Run, command: coresdk.workflow_commands.IScheduleActivity) {
    history.payloads(`${command.activityType} input`, command.arguments ?? []);
    const result = await runAttempts(command, {
      activities,
      clock,
      workflow: run,
      isFrozen,
      letGo: (attempt) => void aside.push(attempt),
      onFailure: (failure) => history.failure(`${command.activityType} failure`, failure),
    });
    history.payloads(`${command.activityType} result`, [result.completed?.result]);
    return result;
  }

  async function startChild(
    parent: Run,
    command: coresdk.workflow_commands.IStartChildWorkflowExecution,
    push: (job: Job) => void,
  ): Promise<void> {
    const runId = randomUUID();
    const { seq } = command;
    const workflowType = command.workflowType ?? '';
    const workflowId = command.workflowId ?? '';
    history.payloads('child input', command.input ?? []);
    push({ resolveChildWorkflowExecutionStart: { seq, succeeded: { runId } } } as Job);
    const end = await runToEnd({
      workflowType,
      workflowId,
      runId,
      firstRunId: runId,
      parent: { workflowId: parent.workflowId, runId: parent.runId },
      args: command.input ?? [],
    });
    const result =
      end.kind === 'completed'
        ? { completed: { result: end.result } }
        : {
            failed: {
              failure: {
                message: 'Child Workflow execution failed',
                cause: end.failure,
                childWorkflowExecutionFailureInfo: {
                  namespace: 'in-process',
                  workflowExecution: { workflowId, runId },
                  workflowType: { name: workflowType },
                  retryState: 5,
                },
              },
            },
          };
    push({ resolveChildWorkflowExecution: { seq, result } } as Job);
  }

  async function runToEnd(first: Run): Promise<Exclude<End, { kind: 'continued' }>> {
    for (let run = first; ;) {
      const end = await runOnce(run);
      if (end.kind !== 'continued') return end;
      history.payloads('continued with', end.args);
      run = { ...run, runId: randomUUID(), args: end.args };
    }
  }

  return {
    async run(workflowType, workflowId, input) {
      const runId = randomUUID();
      const args = [defaultPayloadConverter.toPayload<unknown>(input)];
      history.payloads('input', args);
      const end = await runToEnd({
        workflowType,
        workflowId,
        runId,
        firstRunId: runId,
        parent: undefined,
        args,
      });
      while (aside.length > 0) await aside.pop();
      if (end.kind === 'completed') {
        history.payloads('result', [end.result]);
        return { ok: true, result: end.result && defaultPayloadConverter.fromPayload(end.result) };
      }
      history.failure('failure', end.failure);
      return {
        ok: false,
        error: defaultFailureConverter.failureToError(end.failure, defaultPayloadConverter),
      };
    },
  };
}

function initialise(run: Run, now: number): Job {
  return {
    initializeWorkflow: {
      workflowType: run.workflowType,
      workflowId: run.workflowId,
      arguments: [...run.args],
      headers: {},
      identity: 'in-process',
      firstExecutionRunId: run.firstRunId,
      attempt: 1,
      startTime: msToTs(now),
    },
  };
}
