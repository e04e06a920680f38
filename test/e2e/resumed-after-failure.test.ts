import { answered, endOf, expectNothingTwice, forbidden, idOf, labelsOf, march } from './parked-stand';
import { runCommand } from './run-command';
import { openStand, type Stand } from './stand';

/** Here no run waits for an operator: runs fail at once, as with `parkedTimeoutHours: 0` of the tenants file. */
let stand: Stand;
beforeAll(async () => {
  stand = await openStand({
    simulator: { contactsPerDay: 300, agents: 20, loggedShare: 0.1 },
    tenant: { pageSize: 50, pagesInFlight: 3, recordingsInFlight: 2 },
  });
  await stand.startWorker();
});
afterAll(() => stand?.close());
beforeEach(() => {
  stand.simulator.setFaults([]);
  stand.simulator.journal.clear();
});

/** Lets a window fail while the faults last; answers the id of its run. */
async function fail(
  day: number,
  code: string,
  ...faults: Parameters<Stand['simulator']['setFaults']>[0][number][]
) {
  stand.simulator.setFaults(faults);
  const id = idOf(march(day));
  expect(await stand.sync(march(day))).toMatchObject({ ok: false, code });
  expect(await labelsOf(stand, id)).toEqual({ execution: 'FAILED', status: 'Failed', errorType: code });
  stand.simulator.setFaults([]);
  return id;
}

async function resume(id: string): Promise<void> {
  const { status, stdout } = await runCommand(stand, ['resume', id]);
  expect(stdout).toContain('goes on from where it failed');
  expect(status).toBe(0);
}

async function ledgerOf(day: number) {
  const [row] = await stand.query(
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
    expect(await endOf(stand, id)).toMatchObject({ status: 'complete' });
    expect(Date.now() - began).toBeLessThan(40_000);
  });

  it('goes on with its pages, fetching none of them again', async () => {
    const id = await fail(1, 'ContactsForbidden', forbidden('contacts', 4));
    const before = answered(stand).pages.length;
    expect(before).toBeGreaterThan(1);
    await resume(id);
    expect(await endOf(stand, id)).toMatchObject({ status: 'complete', fetched: 300 });
    expect(answered(stand).pages.length).toBeGreaterThan(before);
    expectNothingTwice(stand);
    expect(await ledgerOf(1)).toEqual({ status: 'complete', error_code: null, fetched: 300 });
  });

  it('goes on with its recordings, downloading no stored one again, nor reading contacts', async () => {
    const id = await fail(2, 'MediaForbidden', forbidden('media', 6));
    const before = answered(stand);
    expect(before.files.length).toBeGreaterThan(0);
    const requests = stand.simulator.journal.count({ family: 'contacts' });
    await resume(id);
    expect(await endOf(stand, id)).toMatchObject({ status: 'complete' });
    expect(stand.simulator.journal.count({ family: 'contacts' })).toBe(requests);
    expect(answered(stand).files.length).toBeGreaterThan(before.files.length);
    expectNothingTwice(stand);
  });

  it('goes on with all parts that failed side by side', async () => {
    const id = await fail(3, 'AgentsForbidden', forbidden('agents'), forbidden('media', 6));
    await resume(id);
    expect(await endOf(stand, id)).toMatchObject({ status: 'complete' });
    expectNothingTwice(stand);
    const pending = await stand.query(
      `select * from cxone.recording r join cxone.contact c using (tenant, master_contact_id)
       where r.status = 'pending' and c.contact_start_date >= $1 and c.contact_start_date < $2`,
      [march(3).from, march(3).to],
    );
    expect(pending).toEqual([]);
  });

  it('can fail again and be resumed again', async () => {
    const id = await fail(4, 'ContactsForbidden', forbidden('contacts', 3));
    stand.simulator.setFaults([forbidden('media', 4)]);
    await resume(id);
    await expect(endOf(stand, id)).rejects.toThrow();
    expect(await labelsOf(stand, id)).toMatchObject({ execution: 'FAILED', errorType: 'MediaForbidden' });
    stand.simulator.setFaults([]);
    await resume(id);
    expect(await endOf(stand, id)).toMatchObject({ status: 'complete' });
    expectNothingTwice(stand);
  });

  it('reads its window again when it failed by what it had read', async () => {
    const id = await fail(6, 'TooManyRejected', {
      ...{ name: 'badRecords', args: { kinds: ['badDate'], every: 2 } },
      match: { family: 'contacts' },
    });
    const { stdout } = await runCommand(stand, ['resume', id]);
    expect(stdout).toContain('reads its window again');
    expect(await endOf(stand, id)).toMatchObject({ status: 'complete', fetched: 300, rejected: 0 });
    expect(await ledgerOf(6)).toEqual({ status: 'complete', error_code: null, fetched: 300 });
  });

  it('has nothing to go back to when no step of it failed', async () => {
    const { client } = stand;
    await client.workflow
      .execute('syncWindow', { taskQueue: 'cxone-sync', workflowId: 'mistyped', args: [{ tenant: 'acme' }] })
      .catch(() => undefined);
    const { status, stdout } = await runCommand(stand, ['resume', 'mistyped']);
    expect(status).toBe(1);
    expect(stdout).toContain('No step of the run failed');
  });

  it('is no business of skip and abort', async () => {
    for (const decision of ['skip', 'abort']) {
      const { status, stdout } = await runCommand(stand, [decision, 'mistyped']);
      expect(status).toBe(1);
      expect(stdout).toContain('The run has ended (FAILED)');
    }
  });
});
