import { readFileSync, writeFileSync } from 'node:fs';
import { taskQueues } from '../../workflows/task-queues';
import { runCommand } from './run-command';
import { eventually, openTestEnvironment, type TestEnvironment, type TestWorker } from './test-environment';
import { compareIds, nothingDiffers, storedContacts, trueContacts } from './truth';

const dayMs = 86_400_000;
const begin = Date.parse('2025-03-20T10:00:00Z');
/** The span in which every contact of the live sync's first reading started. */
const span = { from: new Date(begin - dayMs).toISOString(), to: new Date(begin).toISOString() };

let environment: TestEnvironment;
let worker: TestWorker;
beforeAll(async () => {
  environment = await openTestEnvironment({
    simulator: { clock: () => begin, contactsPerDay: 2_000 },
    tenant: { recordings: false, skillIds: [4_501], parkedTimeoutHours: 168 },
  });
  worker = await environment.startWorker();
});
afterAll(() => environment?.close());

/** Changes the tenants file, and starts the worker again, as an operator does. */
async function change(more: object): Promise<void> {
  const file = environment.env['TENANTS_FILE'] as string;
  const { tenants } = JSON.parse(readFileSync(file, 'utf8')) as { tenants: { acme: object } };
  writeFileSync(file, JSON.stringify({ tenants: { acme: { ...tenants.acme, ...more } } }));
  await worker.stop();
  worker = await environment.startWorker();
}

let ticks = 0;
const tick = () =>
  environment.client.workflow.execute('incrementalSync', {
    taskQueue: taskQueues.workflows,
    workflowId: `incremental:acme-${(ticks += 1)}`,
    args: [{ tenant: 'acme' }],
  });
const status = async () => (await runCommand(environment, ['status'])).stdout;

/** How what is stored differs from what the source holds of these skills. */
async function differing(...skillIds: readonly number[]) {
  const truth = await trueContacts(environment, span, { skillIds: skillIds.join(',') });
  return compareIds(truth.keys(), (await storedContacts(environment, span)).keys());
}

describe('a filter that is widened', () => {
  it('is filled by the live sync itself within lookBackDays, and status says so until it is', async () => {
    await tick();
    expect(await differing(4_501)).toEqual(nothingDiffers);
    await change({ skillIds: [4_501, 4_502] });
    expect(await status()).not.toContain('everything up to');
    await tick();
    await eventually('what the wider filter lets through is stored', async () => {
      expect(await differing(4_501, 4_502)).toEqual(nothingDiffers);
      expect(await status()).toContain('everything up to');
    });
  });

  it('further back than that is left to a person, with the command that reads it', async () => {
    await change({ skillIds: [4_501, 4_502, 4_503], lookBackDays: 2 });
    await tick();
    const shown = await eventually('it is parked', async () => {
      const text = await status();
      expect(text).toContain('FilterWidened');
      return text;
    });
    const [, from, to] =
      /npx cxone-sync backfill --tenant acme --from (\S+) --to (\S+) --force/.exec(shown) ?? [];
    const [, id] = /npx cxone-sync resume (\S+)/.exec(shown) ?? [];
    expect(Date.parse(from ?? '')).toBeLessThanOrEqual(Date.parse(span.from));
    const backfill = ['backfill', '--tenant', 'acme', '--from', from ?? '', '--to', to ?? '', '--force'];
    expect((await runCommand(environment, backfill)).status).toBe(0);
    expect((await runCommand(environment, ['resume', id ?? ''])).status).toBe(0);
    expect(await differing(4_501, 4_502, 4_503)).toEqual(nothingDiffers);
    await eventually('nothing waits', async () => {
      const text = await status();
      expect(text).toContain('everything up to');
      expect(text).not.toContain('FilterWidened');
    });
  });
});
