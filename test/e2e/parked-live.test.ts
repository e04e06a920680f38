import { taskQueues } from '../../workflows/task-queues';
import { runCommand } from './run-command';
import { forbidden, labelsOf } from './parked-runs';
import { eventually, openTestEnvironment, type TestEnvironment } from './test-environment';

const minuteMs = 60_000;

/** CXone's clock, moved by the tests. */
let now = Date.parse('2025-03-20T10:00:00Z');
let environment: TestEnvironment;
beforeEach(async () => {
  environment = await openTestEnvironment({
    simulator: { clock: () => now, contactsPerDay: 1_000, agents: 20, loggedShare: 0.05 },
    tenant: { pageSize: 200, parkedTimeoutHours: 168, overlapMinutes: 30, recordingGiveUpHours: 8_760 },
  });
  await environment.startWorker();
});
afterEach(() => environment?.close());

let ticks = 0;
/** A tick as the schedule starts it, after `minutes` of CXone's clock. */
const tick = (minutes: number): Promise<unknown> => {
  now += minutes * minuteMs;
  return environment.client.workflow.execute('incrementalSync', {
    taskQueue: taskQueues.workflows,
    workflowId: `incremental:acme-${(ticks += 1)}`,
    args: [{ tenant: 'acme' }],
  });
};

async function watermark(): Promise<number> {
  const [row] = await environment.query<{ value: Date }>(
    `select value from cxone.watermark where tenant = 'acme' and stream = 'contacts'`,
  );
  return row?.value.getTime() ?? 0;
}

async function parkedRuns(): Promise<readonly string[]> {
  const ids: string[] = [];
  const query = `CxoneStatus = 'AwaitingOperator' and ExecutionStatus = 'Running'`;
  for await (const { workflowId } of environment.client.workflow.list({ query })) ids.push(workflowId);
  return ids;
}

async function contactsStored(): Promise<number> {
  const [row] = await environment.query<{ n: number }>('select count(*)::int as n from cxone.contact');
  return row?.n ?? 0;
}

const untilOneParked = () =>
  eventually('one run is parked', async () => {
    const ids = await parkedRuns();
    if (ids.length !== 1) throw new Error(`parked: ${ids.join(', ') || 'none'}`);
    return ids[0] as string;
  });

const untilNoneRuns = () =>
  eventually('no other run is open', async () => {
    const { count } = await environment.client.workflow.count(
      `ExecutionStatus = 'Running' and CxoneStatus != 'AwaitingOperator'`,
    );
    if (count > 0) throw new Error(`${count} are`);
  });

describe.each([
  ['agents', 'AgentsForbidden', /^sync-window:acme:.*:update/],
  ['media', 'MediaForbidden', /^sweep/],
] as const)('a live sync whose %s are forbidden', (family, code, parkedId) => {
  it('goes on with its contacts tick by tick, while exactly one run waits for a person', async () => {
    environment.simulator.setFaults([forbidden(family)]);
    let stored = 0;
    let first: string | undefined;
    for (const minutes of [0, 30, 30]) {
      await tick(minutes);
      expect(await watermark()).toBe(now);
      expect(await contactsStored()).toBeGreaterThan(stored);
      stored = await contactsStored();
      first ??= await untilOneParked();
      await untilNoneRuns();
      expect(await parkedRuns()).toEqual([first]);
    }
    expect(first).toMatch(parkedId);
    expect(await labelsOf(environment, first as string)).toMatchObject({ errorType: code });

    environment.simulator.setFaults([]);
    expect(await runCommand(environment, ['resume', '--all', '--error-type', code])).toMatchObject({
      status: 0,
    });
    await environment.client.workflow.getHandle(first as string).result();
    expect(await labelsOf(environment, first as string)).toMatchObject({ status: 'Complete' });
    await tick(10);
    await untilNoneRuns();
    expect(await parkedRuns()).toEqual([]);
  });
});

describe('a live sync most of whose contacts are rejected', () => {
  it('goes on tick by tick while one run waits, and reads their time again once they are right', async () => {
    const gaps = () => environment.query('select reason from cxone.live_gap where filled_at is null');
    await tick(0);
    await untilNoneRuns();
    environment.simulator.setFaults([
      { name: 'badRecords', args: { kinds: ['badDate'], every: 2 }, match: { family: 'contacts' } },
    ]);
    for (const minutes of [60, 60]) {
      await tick(minutes);
      expect(await watermark()).toBe(now);
      await untilNoneRuns();
      await untilOneParked();
    }
    const id = await untilOneParked();
    expect(await labelsOf(environment, id)).toMatchObject({ errorType: 'TooManyRejected' });
    expect(await gaps()).toEqual([{ reason: 'rejected' }]);
    expect((await runCommand(environment, ['status'])).stdout).toContain(
      'as too many of its records were rejected',
    );

    environment.simulator.setFaults([]);
    expect(await runCommand(environment, ['resume', id])).toMatchObject({ status: 0 });
    await environment.client.workflow.getHandle(id).result();
    await tick(10);
    await untilNoneRuns();
    await tick(10);
    expect(await gaps()).toEqual([]);
    expect(await parkedRuns()).toEqual([]);
  });
});
