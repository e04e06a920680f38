import { readFileSync } from 'node:fs';
import vm from 'node:vm';
import type { coresdk } from '@temporalio/proto';
import { TypedSearchAttributes } from '@temporalio/common';
import { parseWorkflowCode } from '@temporalio/worker/lib/worker';
import { ReusableVMWorkflowCreator } from '@temporalio/worker/lib/workflow/reusable-vm';
import type { WorkflowCreateOptions } from '@temporalio/worker/lib/workflow/interface';
import { workflowBundle } from '../setup/servers';

/** The workflow code in the sandbox of Temporal's SDK: activations go in, commands come out. */
export interface WorkflowSandbox {
  /** A workflow that has not begun; the first activation starts it. */
  load(run: SandboxedRun): Promise<SandboxedWorkflow>;
}

export interface SandboxedRun {
  readonly workflowId: string;
  readonly workflowType: string;
  readonly runId: string;
  readonly firstRunId: string;
  readonly parent: { readonly workflowId: string; readonly runId: string } | undefined;
  /** Epoch ms. */
  readonly startedAt: number;
}

export interface SandboxedWorkflow {
  activate(
    activation: coresdk.workflow_activation.IWorkflowActivation,
  ): Promise<coresdk.workflow_completion.IWorkflowActivationCompletion>;
  dispose(): Promise<void>;
}

/** None: Node would start a thread for each activation to watch it, which costs more than the activation. */
const activationTimeoutMs = undefined as unknown as number;

/**
 * Opens the very sandbox in which a worker runs `workflows/`, bundled by the set-up of the run: same SDK, same failure
 * chains, same `condition`, scopes and handlers. Only what gives it work is ours (in-process-temporal.ts).
 *
 * @param activities names of the registered activities
 */
export function openSandbox(activities: readonly string[]): WorkflowSandbox {
  const bundle = parseWorkflowCode(readFileSync(workflowBundle().codePath, 'utf8'));
  const script = new vm.Script(bundle.code, { filename: bundle.filename });
  // Its factory would install hooks for every promise of this process, to name promises in stack traces.
  const creator = new ReusableVMWorkflowCreator(script, bundle, activationTimeoutMs, new Set(activities));
  return {
    load: async (run) => creator.createWorkflow(optionsOf(run)),
  };
}

function optionsOf(run: SandboxedRun): WorkflowCreateOptions {
  const startTime = new Date(run.startedAt);
  const parent = run.parent && { ...run.parent, namespace: 'in-process' };
  return {
    info: {
      workflowId: run.workflowId,
      runId: run.runId,
      workflowType: run.workflowType,
      searchAttributes: {},
      typedSearchAttributes: new TypedSearchAttributes(),
      parent,
      root: parent,
      taskQueue: 'cxone-sync',
      namespace: 'in-process',
      firstExecutionRunId: run.firstRunId,
      startTime,
      runStartTime: startTime,
      taskTimeoutMs: 10_000,
      attempt: 1,
      historyLength: 3,
      historySize: 0,
      continueAsNewSuggested: false,
      unsafe: { now: () => Date.now(), isReplaying: false },
    } as unknown as WorkflowCreateOptions['info'],
    randomnessSeed: [...Buffer.from(run.runId.replaceAll('-', ''), 'hex').subarray(0, 8)],
    now: run.startedAt,
    showStackTraceSources: false,
  };
}
