import { Client, Connection } from '@temporalio/client';
import { tsToMs } from '@temporalio/common/lib/time';
import { NativeConnection } from '@temporalio/worker';
import { createWorkers, runWorkers } from '../../workers/create-workers';
import { memoryWaits } from '../setup/memory-waits';
import { createNamespace, workflowBundle } from '../setup/servers';
import { backfillSource, hourly } from './backfill-source';

/** Of temporal.api.enums.v1.PendingActivityState; the client library shows numbers as they came. */
const started = 2;

/** A namespace whose workers come and go, with steps that take no time, so that the server gives out many. */
async function openDeployment() {
  const { address, namespace } = await createNamespace();
  const connection = await Connection.connect({ address });
  const client = new Client({ connection, namespace });
  const { activities, opened } = backfillSource(client);
  return {
    client,
    opened,
    /** Starts workers as a process does; answers how to stop them as SIGTERM does. */
    async start() {
      const native = await NativeConnection.connect({ address });
      const workers = await createWorkers({
        connection: native,
        namespace,
        activities,
        waits: memoryWaits(),
        shutdownGraceMs: 2_000,
        workflows: { workflowBundle: workflowBundle() },
      });
      const run = runWorkers(workers);
      return async (): Promise<void> => {
        for (const worker of workers) worker.shutdown();
        await run;
        await native.close();
      };
    },
    /** Steps that the server has handed out since then, and believes a worker to have. */
    async inHandSince(moment: number): Promise<string[]> {
      const steps: string[] = [];
      for await (const { workflowId } of client.workflow.list({ query: "ExecutionStatus = 'Running'" })) {
        const { raw } = await client.workflow.getHandle(workflowId).describe();
        for (const { activityType, state, lastStartedTime } of raw.pendingActivities ?? []) {
          if (state === started && tsToMs(lastStartedTime) >= moment)
            steps.push(`${workflowId} ${activityType?.name}`);
        }
      }
      return steps;
    },
    close: () => connection.close(),
  };
}

describe('a worker that is stopped while the server gives out steps', () => {
  it('leaves none behind that the server takes for being worked on', async () => {
    const deployment = await openDeployment();
    try {
      await deployment.client.workflow.start('backfill', {
        taskQueue: 'cxone-sync',
        workflowId: 'backfill:busy',
        args: [hourly(2_000, { concurrency: 20 })],
      });
      for (let restarts = 0; restarts < 6; restarts += 1) {
        const stop = await deployment.start();
        const sofar = deployment.opened.length;
        while (deployment.opened.length < sofar + 10) await new Promise((resolve) => setTimeout(resolve, 5));
        const stoppedAt = Date.now();
        await stop();
        // No worker is left: a step that is still handed out would wait for its heartbeat time-out. Earlier ones do not
        // count, since an overloaded server may lose them by itself (more than 1 s to note their start).
        expect(await deployment.inHandSince(stoppedAt)).toEqual([]);
      }
    } finally {
      await deployment.close();
    }
  }, 170_000);
});
