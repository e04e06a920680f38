import { runCommand } from './run-command';
import { eventually, openTestEnvironment, type TestEnvironment } from './test-environment';

let environment: TestEnvironment;
beforeAll(async () => {
  environment = await openTestEnvironment({
    simulator: { clock: Date.now, contactsPerDay: 200, loggedShare: 0 },
  });
});
afterAll(async () => {
  if (!environment) return;
  await runCommand(environment, ['schedule', 'remove', '--tenant', 'acme']);
  await environment.close();
});

const schedule = (...args: string[]) => runCommand(environment, ['schedule', ...args]);
/** What `schedule list` answers once Temporal's list knows `many` schedules. */
const listed = (many: number, ...args: string[]) =>
  eventually(`${many} are listed`, async () => {
    const lines = await json('list', ...args);
    if (lines.length !== many) throw new Error(JSON.stringify(lines));
    return lines;
  });
const json = async (...args: string[]) => {
  const { status, stdout, stderr } = await schedule(...args, '--json');
  if (status !== 0) throw new Error(stderr);
  return (JSON.parse(stdout) as { schedules: Record<string, unknown>[] }).schedules;
};

describe('cxone-sync schedule', () => {
  it('creates the schedules of a tenant, and brings them up to date when applied again', async () => {
    expect(await json('apply', '--tenant', 'acme', '--every', '1h')).toEqual([
      { id: 'incremental:acme', done: 'created' },
      { id: 'reread:acme', done: 'created' },
    ]);
    expect(await json('apply', '--tenant', 'acme', '--every', '2s')).toEqual([
      { id: 'incremental:acme', done: 'updated' },
      { id: 'reread:acme', done: 'updated' },
    ]);
    const { spec } = await environment.client.schedule.getHandle('incremental:acme').describe();
    expect(spec.intervals).toMatchObject([{ every: 2_000 }]);
  });

  it('lists what is there, with the next run', async () => {
    const lines = await listed(2);
    expect(lines).toMatchObject([
      { id: 'incremental:acme', paused: false, next: expect.stringMatching(/Z$/) as string },
      { id: 'reread:acme', paused: false, next: expect.stringMatching(/Z$/) as string },
    ]);
    const { stdout } = await schedule('list');
    expect(stdout).toMatch(/^incremental:acme +next \d{4}-/m);
  });

  it('has Temporal start the live sync, which moves the watermark tick by tick', async () => {
    await environment.startWorker();
    const mark = async (): Promise<number> => {
      const rows = await environment.query<{ value: Date }>(
        `select value from cxone.watermark where stream = 'contacts'`,
      );
      return rows[0]?.value.getTime() ?? 0;
    };
    const recent = await eventually('a first watermark', async () => {
      const value = await mark();
      if (value < Date.now() - 3_600_000) throw new Error(`it stands at ${value}`);
      return value;
    });
    await eventually('a later watermark', async () => {
      if ((await mark()) <= recent) throw new Error('it has not moved');
    });
    const rows = await environment.query('select 1 from cxone.contact');
    expect(rows.length).toBeGreaterThan(50);
  });

  it('starts nothing while it is paused, also when it is applied again, and goes on when resumed', async () => {
    expect(await json('pause', '--tenant', 'acme')).toMatchObject([{ done: 'paused' }, { done: 'paused' }]);
    await json('apply', '--tenant', 'acme', '--every', '2s');
    expect(await json('list', '--tenant', 'acme')).toMatchObject([
      { paused: true, next: null },
      { paused: true },
    ]);
    await eventually('the list of all says so', async () => {
      expect(await json('list')).toMatchObject([{ paused: true, next: null }, { paused: true }]);
    });
    expect(await json('resume', '--tenant', 'acme')).toMatchObject([
      { done: 'resumed' },
      { done: 'resumed' },
    ]);
    expect(await json('list', '--tenant', 'acme')).toMatchObject([{ paused: false }, { paused: false }]);
  });

  it('takes the nightly re-read away when applied without it, and all when removed', async () => {
    expect(await json('apply', '--tenant', 'acme', '--no-reread')).toEqual([
      { id: 'incremental:acme', done: 'updated' },
      { id: 'reread:acme', done: 'removed' },
    ]);
    expect(await json('remove', '--tenant', 'acme')).toEqual([{ id: 'incremental:acme', done: 'removed' }]);
    expect(await listed(0)).toEqual([]);
    expect((await schedule('list')).stdout).toContain('schedule apply');
  });

  it('shows what Temporal holds of tenants that are not in the file, and removes it, and no others', async () => {
    await json('apply', '--tenant', 'acme', '--every', '1h');
    const create = (scheduleId: string, workflowType: string) =>
      environment.client.schedule.create({
        scheduleId,
        spec: { intervals: [{ every: '1h' }] },
        state: { paused: true },
        action: { type: 'startWorkflow', workflowType, taskQueue: 'cxone-sync', args: [] },
      });
    await create('incremental:old', 'incrementalSync');
    await create('extract:older:evaluations', 'extractDataset');
    await create('incremental:theirs', 'somethingElse');
    await create('their-own', 'incrementalSync');
    const held = async () => (await listed(4)).map(({ id, orphaned = false }) => [id, orphaned]);
    expect(await held()).toEqual([
      ['incremental:acme', false],
      ['reread:acme', false],
      ['incremental:old', true],
      ['extract:older:evaluations', true],
    ]);
    expect((await schedule('list')).stdout).toMatch(/^incremental:old .*schedule remove --orphaned$/m);
    expect(await listed(1, '--tenant', 'old')).toMatchObject([{ id: 'incremental:old', orphaned: true }]);
    const { stdout } = await runCommand(environment, ['status']);
    expect(stdout).toMatch(/not in the tenants file[^]*incremental:old \(paused\)[^]*remove --orphaned/);

    expect(await json('remove', '--tenant', 'old')).toEqual([{ id: 'incremental:old', done: 'removed' }]);
    await listed(3);
    expect(await json('remove', '--orphaned')).toEqual([
      { id: 'extract:older:evaluations', done: 'removed' },
    ]);
    await listed(2);
    expect(await json('remove', '--tenant', 'acme')).toHaveLength(2);
    await environment.client.schedule.getHandle('incremental:theirs').delete();
    await environment.client.schedule.getHandle('their-own').delete();
  });

  it.each([
    ['an unknown tenant', ['apply', '--tenant', 'unknown'], /No tenant "unknown"/],
    [
      'a tenant that neither the file nor Temporal knows',
      ['remove', '--tenant', 'unknown'],
      /No tenant "unknown"/,
    ],
    ['a tenant and those of no tenant', ['remove', '--tenant', 'acme', '--orphaned'], /not both/],
    ['a time that is none', ['apply', '--tenant', 'acme', '--every', 'often'], /such as 30s, 5m, 6h or 1d/],
  ])('refuses %s with status 2', async (_what, args, message) => {
    const { status, stderr } = await schedule(...args);
    expect(status).toBe(2);
    expect(stderr).toMatch(message);
  });

  it('ends with status 3 when Temporal cannot be reached', async () => {
    const { status } = await runCommand(environment, ['schedule', 'list'], {
      TEMPORAL_ADDRESS: '127.0.0.1:1',
    });
    expect(status).toBe(3);
  });
});
