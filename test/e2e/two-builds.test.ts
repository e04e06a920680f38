import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { NativeConnection } from '@temporalio/worker';
import pino from 'pino';
import { startTemporalServer } from '../../local/temporal-server';
import { obtainTemporal } from '../../local/temporal-cli';
import { deploymentOptions } from '../../workers/deployment';
import { eventually, openTestEnvironment, settledDay as day, type TestEnvironment } from './test-environment';
import { compareIds, nothingDiffers, storedContacts, trueContacts } from './truth';

const silent = { log: () => undefined, env: process.env };
const contactsPerDay = 12_000;

let environment: TestEnvironment;
beforeEach(async () => {
  environment = await openTestEnvironment({
    simulator: {
      contactsPerDay,
      // Slow enough that the run outlasts the deploys; the tests lift it when they have seen what they are about.
      faults: [{ name: 'slow', match: { family: 'contacts' }, args: { delayMs: 1_000 } }],
    },
    tenant: { pageSize: 50, pagesInFlight: 2, recordings: false },
  });
});
afterEach(() => environment?.close());

/** The command that docs/deploying.md gives operators. */
async function makeCurrent(buildId: string): Promise<void> {
  const { command } = await obtainTemporal(silent);
  const flags = ['--deployment-name', 'cxone-sync', '--build-id', buildId, '--yes'];
  const server = [
    '--address',
    environment.env['TEMPORAL_ADDRESS'] ?? '',
    '--namespace',
    environment.namespace,
  ];
  await eventually(`${buildId} is current`, async () =>
    promisify(execFile)(command, ['worker', 'deployment', 'set-current-version', ...flags, ...server]),
  );
}

const build = (id: string) => environment.startWorker({ WORKER_BUILD_ID: id });
const pages = () =>
  environment.simulator.journal
    .entries({ family: 'contacts' })
    .filter(({ query }) => Number(query['top']) > 2);
const seen = (count: number) =>
  eventually(`${count} pages`, async () => {
    if (pages().length < count) throw new Error(`${pages().length} so far`);
  });

/** The build that a run is with, and how it chooses. */
async function versioningOf(workflowId: string) {
  const { raw } = await environment.client.workflow.getHandle(workflowId).describe();
  const info = raw.workflowExecutionInfo?.versioningInfo;
  return { build: info?.deploymentVersion?.buildId, behavior: info?.behavior };
}
const autoUpgrade = 2;

describe('a run that was started on one build', () => {
  it('goes on on the next when that becomes current, and back when it is rolled back', async () => {
    const a = await build('a');
    await makeCurrent('a');
    const handle = await environment.start(day);
    await seen(3);
    expect(await versioningOf(handle.workflowId)).toEqual({ build: 'a', behavior: autoUpgrade });

    const b = await build('b');
    // Said once the server knows of the build, a moment after the worker listens.
    await eventually('the notice', async () =>
      expect(b.log()).toContain('this build is given no work until it is made current'),
    );
    await makeCurrent('b');
    expect(await a.stop()).toEqual({ code: 0, signal: null });
    const before = pages().length;
    await seen(before + 3);
    expect(await versioningOf(handle.workflowId)).toEqual({ build: 'b', behavior: autoUpgrade });

    const again = await build('a');
    await makeCurrent('a');
    expect(await b.stop()).toEqual({ code: 0, signal: null });
    environment.simulator.setFaults([]);
    expect(await handle.result()).toMatchObject({ status: 'complete', fetched: contactsPerDay });
    expect(await versioningOf(handle.workflowId)).toEqual({ build: 'a', behavior: autoUpgrade });
    expect(again.log()).toContain('the worker listens');

    const truth = await trueContacts(environment, day);
    const stored = await storedContacts(environment, day);
    expect(compareIds(truth.keys(), stored.keys())).toEqual(nothingDiffers);
    // No run was cut off, so nothing was asked for twice.
    const asked = pages().map(({ query }) => JSON.stringify(query));
    expect(asked.length).toBe(new Set(asked).size);
  }, 240_000);

  it('goes on when the deployment follows workers that had no version', async () => {
    const old = await environment.startWorker();
    const handle = await environment.start(day);
    await seen(3);
    await build('a');
    const sofar = pages().length;
    await seen(sofar + 2);
    expect((await versioningOf(handle.workflowId)).build).toBeUndefined();
    await makeCurrent('a');
    expect(await old.stop()).toEqual({ code: 0, signal: null });
    environment.simulator.setFaults([]);
    expect(await handle.result()).toMatchObject({ status: 'complete', fetched: contactsPerDay });
    expect(await versioningOf(handle.workflowId)).toEqual({ build: 'a', behavior: autoUpgrade });
  }, 240_000);
});

describe('a server on which worker versioning is switched off', () => {
  it('is recognised, said in the log, and served by unversioned workers', async () => {
    const { command } = await obtainTemporal(silent);
    const server = await startTemporalServer({
      command,
      port: 0,
      uiPort: 0,
      log: () => undefined,
      dynamicConfig: { 'system.enableDeploymentVersions': false },
    });
    const connection = await NativeConnection.connect({ address: server.address });
    try {
      const lines: string[] = [];
      const logger = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) });
      const wanted = { deploymentName: 'cxone-sync', buildId: 'a' };
      expect(await deploymentOptions(connection, 'default', wanted, logger)).toBeUndefined();
      expect(lines.join('')).toContain('offers no worker versioning');
    } finally {
      await connection.close();
      await server.stop();
    }
  });
});
