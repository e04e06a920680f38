import { obtainTemporal } from '../../local/temporal-cli';
import { startTemporalServer } from '../../local/temporal-server';
import { searchAttributes } from '../../ops/search-attributes';
import { openWorkflowEnvironment, type WorkflowEnvironment } from './with-activities';

const silent = (): void => undefined;

/**
 * Workers on a server of their own that asks for a continuation after 60 events: 4,096, as by default, would take a
 * million contacts, or 300 windows.
 */
export async function openShortHistories(): Promise<WorkflowEnvironment> {
  const { command } = await obtainTemporal({ log: silent, env: process.env });
  const server = await startTemporalServer({
    command,
    searchAttributes,
    port: 0,
    uiPort: 0,
    log: silent,
    dynamicConfig: { 'limit.historyCount.suggestContinueAsNew': 60 },
  });
  const environment = await openWorkflowEnvironment({ address: server.address, namespace: server.namespace });
  return {
    ...environment,
    async close() {
      await environment.close();
      await server.stop();
    },
  };
}
