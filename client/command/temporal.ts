import {
  Client,
  Connection,
  type ConnectionOptions,
  defaultGrpcRetryOptions,
  isGrpcServiceError,
  makeGrpcRetryInterceptor,
} from '@temporalio/client';
import { tsToMs } from '@temporalio/common/lib/time';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { taskQueues } from '../../workflows/task-queues';
import { terminalText } from '../../config';
import { CommandError, exitStatus } from './exit-status';

/** A client and what is needed to name things in messages. */
export interface TemporalClient {
  readonly client: Client;
  readonly address: string;
  readonly namespace: string;
  close(): Promise<void>;
}

const connectTimeoutMs = 5_000;

/**
 * How long a call may take with all its retries, in ms. Without a bound a call over a connection that swallows bytes
 * fails after 45 s and is retried ten times, each over another connection that does the same.
 */
export interface CallTimeouts {
  readonly call: number;
  /** Of calls that the server answers when something happens, or after 20 to 60 s when nothing does. */
  readonly longPoll: number;
}

const defaultTimeouts: CallTimeouts = { call: 20_000, longPoll: 75_000 };
const longPolls = /\/(GetWorkflowExecutionHistory|UpdateWorkflowExecution|PollWorkflowExecutionUpdate)$/;

type Interceptor = NonNullable<ConnectionOptions['interceptors']>[number];

/** Gives every call without a deadline one, which covers the SDK's retries of transient failures. */
function interceptorsWith({ call, longPoll }: CallTimeouts): Interceptor[] {
  const deadline: Interceptor = (options, next) => {
    const timeoutMs = longPolls.test(options.method_definition.path) ? longPoll : call;
    // What comes back is handed on as it is; the type asks for a call that was wrapped.
    return next({
      ...options,
      deadline: options.deadline ?? Date.now() + timeoutMs,
    }) as ReturnType<Interceptor>;
  };
  return [deadline, makeGrpcRetryInterceptor(defaultGrpcRetryOptions())];
}

/**
 * Connects as every Temporal tool does: `TEMPORAL_ADDRESS`, `TEMPORAL_NAMESPACE`, `TEMPORAL_API_KEY`,
 * `TEMPORAL_TLS_*`, or a profile (https://docs.temporal.io/develop/environment-configuration).
 *
 * @param env the environment as config/ hands it over, with the contents of `NAME_FILE` put in.
 *
 * @throws {CommandError} status 3 when the server cannot be reached, refuses, or lacks the namespace.
 * Calls of the client fail with a gRPC error when no answer comes in time, which `mapErrors` turns into a message.
 */
export async function connectTemporal(
  env: Readonly<Record<string, string>>,
  timeouts: CallTimeouts = defaultTimeouts,
): Promise<TemporalClient> {
  const { connectionOptions, namespace = 'default' } = loadClientConnectConfig({
    overrideEnvVars: { ...env },
  });
  const address = connectionOptions.address ?? '127.0.0.1:7233';
  const remedy =
    `Check that the server runs and that TEMPORAL_ADDRESS (now ${address}) and TEMPORAL_NAMESPACE ` +
    `(now ${namespace}) are right.`;
  const unavailable = (what: string): CommandError =>
    new CommandError(exitStatus.unavailable, `${what} ${remedy}`, 'TemporalUnavailable');

  const connection = await Connection.connect({
    ...connectionOptions,
    address,
    connectTimeout: connectTimeoutMs,
    interceptors: interceptorsWith(timeouts),
  }).catch(() => {
    throw unavailable('Temporal cannot be reached.');
  });
  const client = new Client({ connection, namespace });
  try {
    await connection.withDeadline(Date.now() + connectTimeoutMs, () =>
      client.workflowService.describeNamespace({ namespace }),
    );
  } catch (error) {
    await connection.close();
    throw unavailable(`Temporal refuses: ${grpcReason(error)}.`);
  }
  return { client, address, namespace, close: () => connection.close() };
}

/** The namespace that a connection with this environment uses. */
export function temporalNamespace(env: Readonly<Record<string, string>>): string {
  return loadClientConnectConfig({ overrideEnvVars: { ...env } }).namespace ?? 'default';
}

/**
 * Makes sure that a worker polls each of our task queues.
 *
 * @throws {CommandError} status 3 naming the queues without a worker.
 */
export async function requireWorkers({ client, namespace }: TemporalClient): Promise<void> {
  const workflowQueue = 1;
  const activityQueue = 2;
  const wanted = Object.values(taskQueues).map((name) => ({
    name,
    taskQueueType: name === taskQueues.workflows ? workflowQueue : activityQueue,
  }));
  const deserted: string[] = [];
  for (const { name, taskQueueType } of wanted) {
    const { pollers } = await client.workflowService.describeTaskQueue({
      namespace,
      taskQueue: { name },
      taskQueueType,
    });
    if (!(pollers ?? []).some(isAlive)) deserted.push(name);
  }
  if (deserted.length === 0) return;
  throw new CommandError(
    exitStatus.unavailable,
    `No worker is listening on ${deserted.join(', ')}: the run would wait unseen. Start one with: npx cxone-sync worker`,
    'NoWorker',
  );
}

/** The server remembers pollers for minutes; one that lives comes back within its long poll of a minute. */
const pollerLifeMs = 75_000;

function isAlive(poller: { readonly lastAccessTime?: Parameters<typeof tsToMs>[0] }): boolean {
  return Date.now() - tsToMs(poller.lastAccessTime) < pollerLifeMs;
}

/** Where Web UI shows a run. */
export function webUiLink(uiUrl: string, namespace: string, workflowId: string, runId?: string): string {
  const run = runId === undefined ? '' : `/${runId}/history`;
  return `${uiUrl.replace(/\/$/, '')}/namespaces/${namespace}/workflows/${encodeURIComponent(workflowId)}${run}`;
}

/** What a gRPC error says, without its stack, as one line. */
export function grpcReason(error: unknown): string {
  const deadlineExceeded = 4;
  if (isGrpcServiceError(error) && error.code === deadlineExceeded) return 'it gave no answer in time';
  if (isGrpcServiceError(error)) return terminalText(error.details);
  return error instanceof Error ? terminalText(error.message) : 'unknown reason';
}
