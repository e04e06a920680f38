import type { NativeConnection } from '@temporalio/worker';
import type { Logger } from 'pino';

/**
 * Says in the log, once, what a server of one's own could do better: one that does not answer the open requests of a
 * stopping worker may give it a step that no worker then has, until its heartbeat time-out (docs/deploying.md).
 *
 * @throws the gRPC error when the server cannot be asked.
 */
export async function adviseOnServer(
  { workflowService }: Pick<NativeConnection, 'workflowService'>,
  namespace: string,
  logger: Logger,
): Promise<void> {
  const { namespaceInfo } = await workflowService.describeNamespace({ namespace });
  if (namespaceInfo?.capabilities?.workerPollCompleteOnShutdown === true) return;
  logger.info(
    { namespace },
    'this Temporal server may lose a step for 20 seconds when a worker stops; on a server of your own set frontend.enableCancelWorkerPollsOnShutdown to true (ops/temporal/dynamic-config.yaml)',
  );
}
