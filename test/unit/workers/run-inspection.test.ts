import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import { TypedSearchAttributes } from '@temporalio/common';
import { runInspection } from '../../../workers/run-inspection';
import { searchAttributeKeys as keys } from '../../../workflows/search-attributes';

function clientThat(describe: () => Promise<unknown>): Client {
  return { workflow: { getHandle: () => ({ describe }) } } as unknown as Client;
}

/** What is reported of a run of that status with these labels. */
function inspected(status: string, label = 'Running', code?: string) {
  const labels = new TypedSearchAttributes([
    { key: keys.status, value: label },
    { key: keys.contacts, value: 12 },
    ...(code === undefined ? [] : [{ key: keys.errorType, value: code }]),
  ]);
  const described = { status: { name: status }, typedSearchAttributes: labels };
  return runInspection(clientThat(async () => described))('sync-window:acme:x');
}

describe('looking after a run', () => {
  it.each([
    ['RUNNING', 'Running', 'running'],
    ['RUNNING', 'AwaitingOperator', 'parked'],
    ['COMPLETED', 'Complete', 'complete'],
    ['COMPLETED', 'Incomplete', 'failed'],
    ['FAILED', 'Failed', 'failed'],
    ['CANCELLED', 'Running', 'failed'],
    ['TERMINATED', 'Running', 'failed'],
    ['TIMED_OUT', 'Running', 'failed'],
  ])('%s, labelled %s, is %s', async (status, label, expected) => {
    expect(await inspected(status, label)).toMatchObject({ status: expected, contacts: 12, recordings: 0 });
  });

  it.each([
    ['FAILED', 'PermissionDenied', 'PermissionDenied'],
    ['TERMINATED', undefined, 'Terminated'],
    ['TIMED_OUT', undefined, 'Terminated'],
    ['CANCELLED', undefined, 'Cancelled'],
  ])('%s has its code', async (status, label, code) => {
    expect(await inspected(status, 'Failed', label)).toMatchObject({ code });
  });

  it('reports that Temporal does not know it, and no other trouble', async () => {
    const unknown = clientThat(async () => Promise.reject(new WorkflowNotFoundError('no', 'x', undefined)));
    expect(await runInspection(unknown)('x')).toEqual({ status: 'gone', contacts: 0, recordings: 0 });
    const away = clientThat(async () => Promise.reject(new Error('14 UNAVAILABLE')));
    await expect(runInspection(away)('x')).rejects.toThrow('UNAVAILABLE');
  });
});
