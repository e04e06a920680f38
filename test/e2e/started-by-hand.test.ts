import { WorkflowFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { WindowReport } from '../../activities/types';
import {
  dayOf,
  eventually,
  openTestEnvironment,
  settledDay as day,
  type TestEnvironment,
} from './test-environment';

let environment: TestEnvironment;
beforeAll(async () => {
  environment = await openTestEnvironment({
    simulator: { contactsPerDay: 300 },
    tenant: { pageSize: 100, recordings: false },
  });
  await environment.startWorker();
});
afterAll(() => environment?.close());
afterEach(() => environment.simulator.setFaults([]));

let runs = 0;

/** Starts a run as Web UI's form does: nothing but type, task queue, a generated id, and one JSON object. */
function startByHand(input: unknown) {
  return environment.client.workflow.start('syncWindow', {
    taskQueue: 'cxone-sync',
    workflowId: `0e9f3a52-${(runs += 1)}`,
    args: [input],
  });
}

async function failureOf(result: Promise<unknown>): Promise<ApplicationFailure> {
  const error: unknown = await result.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof WorkflowFailedError && error.cause instanceof ApplicationFailure) return error.cause;
  throw new Error('the run did not fail as expected', { cause: error });
}

describe('a run started in Web UI', () => {
  it('syncs the window and can be found by tenant, status and counts', async () => {
    const handle = await startByHand({ tenant: 'acme', ...day });
    expect((await handle.result()) as WindowReport).toMatchObject({ status: 'complete', fetched: 300 });
    const { searchAttributes } = await handle.describe();
    expect(searchAttributes).toMatchObject({
      CxoneTenant: ['acme'],
      CxoneStatus: ['Complete'],
      CxoneTrigger: ['manual'],
      CxoneWindowStart: [new Date(day.from)],
      CxoneWindowEnd: [new Date(day.to)],
      CxoneContacts: [300],
      CxoneRejected: [0],
    });
  });

  it('does not work on a window beside another run', async () => {
    const span = dayOf(Date.parse(day.from) - 1);
    environment.simulator.setFaults([
      { name: 'slow', match: { family: 'contacts' }, args: { delayMs: 1_000 } },
    ]);
    const first = await environment.start(span);
    await eventually('the window is claimed', async () => {
      const rows = await environment.query(`select from cxone.sync_window where status = 'running'`);
      if (rows.length === 0) throw new Error('not yet');
    });
    const second = await startByHand({ tenant: 'acme', ...span });
    const failure = await failureOf(second.result());
    expect(failure.type).toBe('WindowBusy');
    expect(failure.message).toContain(first.workflowId);
    expect(await first.result()).toMatchObject({ status: 'complete', fetched: 300 });
    expect(
      await environment.query('select attempt from cxone.sync_window where window_start = $1', [span.from]),
    ).toEqual([{ attempt: 1 }]);
  });

  it.each([
    ['an unknown tenant', { tenant: 'unknown', ...day }, 'UnknownTenant', /known: acme/],
    [
      'a field that does not exist',
      { tenant: 'acme', ...day, skillId: 4 },
      'InvalidInput',
      /"skillId": no such field/,
    ],
    ['a date without zone', { tenant: 'acme', from: '2025-03-10', to: day.to }, 'InvalidInput', /"from"/],
    [
      'a window in the future by CXone’s clock',
      { tenant: 'acme', from: '2025-03-19T00:00:00Z', to: '2025-03-21T00:00:00Z' },
      'WindowInFuture',
      /CXone’s clock says 2025-03-20T12:00:00/,
    ],
  ])('with %s fails at once, saying why', async (_what, input, type, message) => {
    const handle = await startByHand(input);
    const failure = await failureOf(handle.result());
    expect(failure).toMatchObject({ type, nonRetryable: true });
    expect(failure.message).toMatch(message);
  });
});
