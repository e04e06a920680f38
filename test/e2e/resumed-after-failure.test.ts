import { answered, endOf, expectNothingTwice, forbidden, idOf, labelsOf, march } from './parked-runs';
import { runCommand } from './run-command';
import { openTestEnvironment, type TestEnvironment } from './test-environment';

/** Here no run waits for an operator: runs fail at once, as with `parkedTimeoutHours: 0` of the tenants file. */
let environment: TestEnvironment;
beforeAll(async () => {
  environment = await openTestEnvironment({
    simulator: { contactsPerDay: 300, agents: 20, loggedShare: 0.1 },
    tenant: { pageSize: 50, pagesInFlight: 3, recordingsInFlight: 2 },
  });
  await environment.startWorker();
});
afterAll(() => environment?.close());
beforeEach(() => {
  environment.simulator.setFaults([]);
  environment.simulator.journal.clear();
});

/** Lets a window fail while the faults last; answers the id of its run. */
async function fail(
  day: number,
  code: string,
  ...faults: Parameters<TestEnvironment['simulator']['setFaults']>[0][number][]
) {
  environment.simulator.setFaults(faults);
  const id = idOf(march(day));
  expect(await environment.sync(march(day))).toMatchObject({ ok: false, code });
  expect(await labelsOf(environment, id)).toEqual({ execution: 'FAILED', status: 'Failed', errorType: code });
  environment.simulator.setFaults([]);
  return id;
}

async function resume(id: string): Promise<void> {
  const { status, stdout } = await runCommand(environment, ['resume', id]);
  expect(stdout).toContain('goes on from where it failed');
  expect(status).toBe(0);
}

async function ledgerOf(day: number) {
  const [row] = await environment.query(
    'select status, error_code, fetched from cxone.sync_window where window_start = $1',
    [march(day).from],
  );
  return row;
}

describe('a failed run that is resumed', () => {
  // First in this file: no worker has a token yet, so that signing in is what fails.
  it('signs in at once, although refused credentials are remembered for a minute', async () => {
    const id = await fail(5, 'InvalidAccessKey', { name: 'keyDeactivated' });
    const began = Date.now();
    await resume(id);
    expect(await endOf(environment, id)).toMatchObject({ status: 'complete' });
    expect(Date.now() - began).toBeLessThan(40_000);
  });

  it('goes on with its pages, fetching none of them again', async () => {
    const id = await fail(1, 'ContactsForbidden', forbidden('contacts', 4));
    const before = answered(environment).pages.length;
    expect(before).toBeGreaterThan(1);
    await resume(id);
    expect(await endOf(environment, id)).toMatchObject({ status: 'complete', fetched: 300 });
    expect(answered(environment).pages.length).toBeGreaterThan(before);
    expectNothingTwice(environment);
    expect(await ledgerOf(1)).toEqual({ status: 'complete', error_code: null, fetched: 300 });
  });

  it('goes on with its recordings, downloading no stored one again, nor reading contacts', async () => {
    const id = await fail(2, 'MediaForbidden', forbidden('media', 6));
    const before = answered(environment);
    expect(before.files.length).toBeGreaterThan(0);
    const requests = environment.simulator.journal.count({ family: 'contacts' });
    await resume(id);
    expect(await endOf(environment, id)).toMatchObject({ status: 'complete' });
    expect(environment.simulator.journal.count({ family: 'contacts' })).toBe(requests);
    expect(answered(environment).files.length).toBeGreaterThan(before.files.length);
    expectNothingTwice(environment);
  });

  it('goes on with all parts that failed side by side', async () => {
    const id = await fail(3, 'AgentsForbidden', forbidden('agents'), forbidden('media', 6));
    await resume(id);
    expect(await endOf(environment, id)).toMatchObject({ status: 'complete' });
    expectNothingTwice(environment);
    const pending = await environment.query(
      `select * from cxone.recording r join cxone.contact c using (tenant, master_contact_id)
       where r.status = 'pending' and c.contact_start_date >= $1 and c.contact_start_date < $2`,
      [march(3).from, march(3).to],
    );
    expect(pending).toEqual([]);
  });

  it('can fail again and be resumed again', async () => {
    const id = await fail(4, 'ContactsForbidden', forbidden('contacts', 3));
    environment.simulator.setFaults([forbidden('media', 4)]);
    await resume(id);
    await expect(endOf(environment, id)).rejects.toThrow();
    expect(await labelsOf(environment, id)).toMatchObject({
      execution: 'FAILED',
      errorType: 'MediaForbidden',
    });
    environment.simulator.setFaults([]);
    await resume(id);
    expect(await endOf(environment, id)).toMatchObject({ status: 'complete' });
    expectNothingTwice(environment);
  });

  it('reads its window again when it failed by what it had read', async () => {
    const id = await fail(6, 'TooManyRejected', {
      ...{ name: 'badRecords', args: { kinds: ['badDate'], every: 2 } },
      match: { family: 'contacts' },
    });
    const { stdout } = await runCommand(environment, ['resume', id]);
    expect(stdout).toContain('reads its window again');
    expect(await endOf(environment, id)).toMatchObject({ status: 'complete', fetched: 300, rejected: 0 });
    expect(await ledgerOf(6)).toEqual({ status: 'complete', error_code: null, fetched: 300 });
  });

  it('has nothing to go back to when no step of it failed', async () => {
    const { client } = environment;
    await client.workflow
      .execute('syncWindow', { taskQueue: 'cxone-sync', workflowId: 'mistyped', args: [{ tenant: 'acme' }] })
      .catch(() => undefined);
    const { status, stdout } = await runCommand(environment, ['resume', 'mistyped']);
    expect(status).toBe(1);
    expect(stdout).toContain('No step of the run failed');
  });

  it('is no business of skip and abort', async () => {
    for (const decision of ['skip', 'abort']) {
      const { status, stdout } = await runCommand(environment, [decision, 'mistyped']);
      expect(status).toBe(1);
      expect(stdout).toContain('The run has ended (FAILED)');
    }
  });
});
