import { isGrpcServiceError } from '@temporalio/client';
import type { NativeConnection, WorkerDeploymentOptions } from '@temporalio/worker';
import type { Logger } from 'pino';

/** Which build of which deployment a worker is, as Temporal's worker versioning names it. */
export interface BuildOfDeployment {
  readonly deploymentName: string;
  readonly buildId: string;
}

type Services = Pick<NativeConnection, 'workflowService'>;

const grpc = { notFound: 5, permissionDenied: 7, failedPrecondition: 9, unimplemented: 12 } as const;

/** What a server without worker versioning, or with it switched off, answers. */
const notOffered: ReadonlySet<number> = new Set([
  grpc.unimplemented,
  grpc.failedPrecondition,
  grpc.permissionDenied,
]);

/**
 * Decides how a worker shows itself to Temporal: as a build of a deployment when it has a build id and the server offers
 * worker versioning, otherwise unversioned. Where the server does not offer it, that is a warning and no refusal: on
 * such a server every worker is unversioned, and replay tests and `patched` keep runs going (docs/deploying.md).
 *
 * All workflows go to the build that is current (`AUTO_UPGRADE`): every type may wait a week for a person, and pinned
 * runs would keep their old build's workers needed for as long (docs/decisions).
 *
 * @throws the gRPC error when the server cannot be asked.
 */
export async function deploymentOptions(
  connection: Services,
  namespace: string,
  build: BuildOfDeployment | null,
  logger: Logger,
): Promise<WorkerDeploymentOptions | undefined> {
  if (build === null) return undefined;
  if (!(await offersVersioning(connection, namespace))) {
    logger.warn(
      build,
      'this Temporal server offers no worker versioning, or has it switched off: WORKER_BUILD_ID is ignored and the worker is unversioned',
    );
    return undefined;
  }
  return { version: build, useWorkerVersioning: true, defaultVersioningBehavior: 'AUTO_UPGRADE' };
}

async function offersVersioning({ workflowService }: Services, namespace: string): Promise<boolean> {
  try {
    await workflowService.listWorkerDeployments({ namespace, pageSize: 1 });
    return true;
  } catch (error) {
    if (isGrpcServiceError(error) && notOffered.has(error.code)) return false;
    throw error;
  }
}

/**
 * Says in the log what a build is for its deployment. One that is not current polls and is given nothing: seen from
 * outside that is a worker that does not work.
 */
export async function logDeploymentRole(
  { workflowService }: Services,
  namespace: string,
  { deploymentName, buildId }: BuildOfDeployment,
  logger: Logger,
): Promise<void> {
  const known = await workflowService
    .describeWorkerDeployment({ namespace, deploymentName })
    .catch((error: unknown) => {
      if (isGrpcServiceError(error) && error.code === grpc.notFound) return undefined;
      throw error;
    });
  const routing = known?.workerDeploymentInfo?.routingConfig;
  const current = routing?.currentDeploymentVersion?.buildId ?? null;
  const ramping = routing?.rampingDeploymentVersion?.buildId ?? null;
  const facts = { deploymentName, buildId, current, ramping };
  if (buildId === current || buildId === ramping) {
    logger.info(facts, 'this build is given work');
    return;
  }
  logger.warn(
    facts,
    `this build is given no work until it is made current: temporal worker deployment set-current-version --deployment-name ${deploymentName} --build-id ${buildId}`,
  );
}
