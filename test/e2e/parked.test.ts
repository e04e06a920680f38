import { existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { runCommand } from './run-command';
import {
  answered,
  endOf,
  expectNothingTwice,
  forbidden,
  idOf,
  labelsOf,
  march,
  runJson,
  startParked,
  untilParked,
} from './parked-runs';
import type { Progress } from '../../workflows/window/window-state';
import { eventually, openTestEnvironment, type TestEnvironment, type TestWorker } from './test-environment';

let environment: TestEnvironment;
let worker: TestWorker;
beforeAll(async () => {
  environment = await openTestEnvironment({
    simulator: { contactsPerDay: 200, agents: 20, loggedShare: 0.1 },
    tenant: { parkedTimeoutHours: 168, pageSize: 50, recordingsInFlight: 2 },
  });
  worker = await environment.startWorker();
});
afterAll(() => environment?.close());
beforeEach(() => {
  environment.simulator.setFaults([]);
  environment.simulator.journal.clear();
});

const sync = (day: number) => {
  const { from, to } = march(day);
  return ['sync', '--tenant', 'acme', '--from', from, '--to', to];
};

/** Lets windows start by themselves and park, then takes the fault away. */
async function park(day: number, ...families: ('contacts' | 'agents' | 'media')[]): Promise<string> {
  environment.simulator.setFaults(families.map((family) => forbidden(family)));
  const id = await startParked(environment, march(day));
  environment.simulator.setFaults([]);
  return id;
}

describe('wrong credentials', () => {
  // First in this file: no worker has a token yet. Any of two may take a step, and remembers refusals on its own.
  let second: TestWorker;
  beforeAll(async () => {
    second = await environment.startWorker();
  });
  afterAll(() => second.stop());

  it.each([
    ['a key that was deactivated', 'keyDeactivated', 'InvalidAccessKey', 1],
    ['an application that is not approved', 'unapprovedApplication', 'InvalidClient', 2],
  ] as const)('%s park a run, which goes on at once when they are fixed', async (_what, name, code, day) => {
    // The tokens of the run before are of no use to this one.
    environment.simulator.setFaults([{ name }, { name: 'revokeTokens' }]);
    const id = await startParked(environment, march(day));
    expect(await labelsOf(environment, id)).toMatchObject({ errorType: code });
    const tokensAsked = (): number => environment.simulator.journal.count({ family: 'auth' });
    // Resumed too early: parked again, after one request of each worker at most.
    const before = tokensAsked();
    expect(await runCommand(environment, ['resume', id])).toMatchObject({ status: 0 });
    await eventually('parked again', async () => {
      const progress = await environment.client.workflow.getHandle(id).query<Progress>('progress');
      expect(progress).toMatchObject({ parked: 2, waitsFor: [{ code }] });
    });
    expect(tokensAsked() - before).toBeLessThanOrEqual(2);
    environment.simulator.setFaults([]);
    const began = Date.now();
    expect(await runCommand(environment, ['resume', id])).toMatchObject({ status: 0 });
    expect(await endOf(environment, id)).toMatchObject({ status: 'complete' });
    // A worker remembers refused credentials for 60 s, so that not every step asks again.
    expect(Date.now() - began).toBeLessThan(40_000);
    // Three parts of the run sign in again, and each of the workers may have to ask for itself.
    expect(tokensAsked() - before).toBeLessThanOrEqual(2 + 5);
  });
});

describe('credentials that were fixed', () => {
  it('are good at once for a window that is started on the command line', async () => {
    environment.simulator.setFaults([{ name: 'keyDeactivated' }, { name: 'revokeTokens' }]);
    const waiting = await startParked(environment, march(14));
    environment.simulator.setFaults([]);
    expect((await runJson(environment, sync(15))).document).toMatchObject({ status: 'complete' });
    await runCommand(environment, ['resume', waiting]);
    expect(await endOf(environment, waiting)).toMatchObject({ status: 'complete' });
  });
});

describe('cxone-sync sync', () => {
  it('ends with status 4 at once when its run parks, says why and what to type, and leaves it waiting', async () => {
    environment.simulator.setFaults([forbidden('media')]);
    const id = idOf(march(3));
    const { status, stderr } = await runCommand(environment, sync(3));
    expect(status).toBe(4);
    expect(stderr).toContain('The run is parked and needs an operator.');
    expect(stderr).toMatch(/MediaForbidden: .*status 403.*Play\/download recordings/);
    expect(stderr).toContain(`npx cxone-sync resume ${id}`);
    expect(await labelsOf(environment, id)).toEqual({
      execution: 'RUNNING',
      status: 'AwaitingOperator',
      errorType: 'MediaForbidden',
    });
    // The same command finds it still waiting.
    const again = await runJson(environment, sync(3));
    expect(again.status).toBe(4);
    expect(again.document).toMatchObject({ status: 'parked', code: 'MediaForbidden' });
    expect(again.document.parked).toHaveLength(1);
    environment.simulator.setFaults([]);
    expect(await runCommand(environment, ['resume', id])).toMatchObject({ status: 0 });
    expect(await endOf(environment, id)).toMatchObject({ status: 'complete' });
    expectNothingTwice(environment);
  });
});

describe('a recordings folder that is not mounted', () => {
  it('is not made again: runs park until it is, and every command says so', async () => {
    environment.simulator.setFaults([forbidden('media')]);
    const waiting = await startParked(environment, march(16));
    environment.simulator.setFaults([]);
    expect((await runJson(environment, sync(17))).document).toMatchObject({ status: 'complete' });
    const { from, to } = march(17);
    const tenant = ['--tenant', 'acme'];
    const range = [...tenant, '--from', from, '--to', to];
    const away = join(environment.folder, 'away');
    renameSync(environment.recordingsFolder, away);
    try {
      expect(await runCommand(environment, ['resume', waiting])).toMatchObject({ status: 0 });
      await eventually('parked again', async () => {
        expect(await labelsOf(environment, waiting)).toMatchObject({
          status: 'AwaitingOperator',
          errorType: 'RecordingsNotMounted',
        });
      });
      // A worker that starts now takes part in everything that needs no recordings.
      const late = await environment.startWorker();
      const contactsOnly = await runJson(environment, [...sync(18), '--no-recordings']);
      expect(contactsOnly.document).toMatchObject({ status: 'complete' });
      await late.stop();
      for (const args of [sync(18), ['recordings', 'verify', ...range], ['check', ...tenant]]) {
        const { status, document } = await runJson(environment, args);
        expect([args[0], status]).toEqual([args[0], 3]);
        expect(JSON.stringify(document)).toContain('RecordingsNotMounted');
      }
      expect(existsSync(environment.recordingsFolder)).toBe(false);
    } finally {
      rmSync(environment.recordingsFolder, { recursive: true, force: true });
      renameSync(away, environment.recordingsFolder);
    }
    expect(await runCommand(environment, ['resume', waiting])).toMatchObject({ status: 0 });
    expect(await endOf(environment, waiting)).toMatchObject({ status: 'complete' });
    expect(await runCommand(environment, ['recordings', 'verify', ...range])).toMatchObject({ status: 0 });
    expect((await runJson(environment, ['check', ...tenant])).document).toMatchObject({
      checks: expect.arrayContaining([expect.objectContaining({ name: 'recordings-storage', status: 'ok' })]),
    });
  });

  it('that was replaced on purpose is taken when a person says so', async () => {
    const empty = join(environment.folder, 'replaced');
    const url = { RECORDINGS_URL: pathToFileURL(empty).href };
    const { from, to } = march(17);
    const verify = ['recordings', 'verify', '--tenant', 'acme', '--from', from, '--to', to];
    expect(await runCommand(environment, verify, url)).toMatchObject({ status: 3 });
    try {
      const adopted = await runCommand(environment, ['recordings', 'adopt', '--json'], url);
      expect(adopted).toMatchObject({ status: 0 });
      expect(JSON.parse(adopted.stdout)).toMatchObject({ place: empty, found: 0 });
      // All of them are missing there, and the error says so.
      expect(await runCommand(environment, verify, url)).toMatchObject({ status: 4 });
      expect(await runCommand(environment, verify)).toMatchObject({ status: 3 });
    } finally {
      expect(await runCommand(environment, ['recordings', 'adopt'])).toMatchObject({ status: 0 });
    }
    expect(await runCommand(environment, verify)).toMatchObject({ status: 0 });
  });
});

describe('cxone-sync resume', () => {
  it('lets a run go on in the midst of its pages, fetching none of them again', async () => {
    environment.simulator.setFaults([forbidden('contacts', 3)]);
    const id = await startParked(environment, march(4));
    expect(answered(environment).pages.length).toBeGreaterThan(0);
    environment.simulator.setFaults([]);
    const { status, document } = await runJson(environment, ['resume', id]);
    expect(status).toBe(0);
    expect(document.runs).toMatchObject([{ id, ok: true, code: 'Done' }]);
    expect(await endOf(environment, id)).toMatchObject({ status: 'complete', fetched: 200 });
    expectNothingTwice(environment);
  });

  it('parks once for several causes, names each, and goes on with all of them', async () => {
    environment.simulator.setFaults([forbidden('agents'), forbidden('media', 5)]);
    const { status, document } = await runJson(environment, sync(5));
    expect(status).toBe(4);
    expect(document.parked?.map(({ code }) => code)).toEqual(['AgentsForbidden', 'MediaForbidden']);
    environment.simulator.setFaults([]);
    expect(await runCommand(environment, ['resume', idOf(march(5))])).toMatchObject({ status: 0 });
    expect(await endOf(environment, idOf(march(5)))).toMatchObject({ status: 'complete' });
    expectNothingTwice(environment);
  });

  it('is refused while the run works, and for one that ended well or never was', async () => {
    environment.simulator.setFaults([
      { name: 'slow', match: { family: 'contacts' }, args: { delayMs: 20_000 } },
    ]);
    const handle = await environment.start(march(6));
    for (const decision of ['resume', 'skip', 'abort']) {
      const { status, document, stderr } = await runJson(environment, [decision, handle.workflowId]);
      expect(status).toBe(1);
      expect(document.runs).toMatchObject([{ ok: false, code: 'NotParked' }]);
      expect(stderr).toContain(`nothing to ${decision}`);
    }
    environment.simulator.setFaults([]);
    await handle.result();
    const ended = await runJson(environment, ['resume', handle.workflowId]);
    expect(ended).toMatchObject({ status: 1, document: { runs: [{ ok: false, code: 'NotRunning' }] } });
    const unknown = await runJson(environment, ['skip', 'no-such-run']);
    expect(unknown).toMatchObject({ status: 1, document: { runs: [{ ok: false, code: 'NoSuchRun' }] } });
  });

  it.each([
    ['neither a run nor --all', ['resume']],
    ['both', ['resume', 'some-run', '--all']],
    ['a choice without --all', ['skip', '--error-type', 'MediaForbidden']],
  ])('is bad input with %s', async (_what, args) => {
    const { status, stderr } = await runCommand(environment, args);
    expect(status).toBe(2);
    expect(stderr).toContain('--all');
  });
});

describe('--all', () => {
  it('takes the runs parked for one error, or of one tenant, and says when there is none', async () => {
    const media = await park(7, 'media');
    const agents = await park(8, 'agents');
    const chosen = await runJson(environment, ['resume', '--all', '--error-type', 'AgentsForbidden']);
    expect(chosen.document.runs?.map(({ id }) => id)).toEqual([agents]);
    expect(chosen.status).toBe(0);
    expect(await endOf(environment, agents)).toMatchObject({ status: 'complete' });
    expect(await labelsOf(environment, media)).toMatchObject({ status: 'AwaitingOperator' });

    // One that waits for agents first, and for recordings too.
    const both = await park(12, 'agents', 'media');
    expect(await labelsOf(environment, both)).toMatchObject({ errorType: 'AgentsForbidden' });
    const any = await runJson(environment, ['resume', '--all', '--error-type', 'MediaForbidden']);
    expect(any.document.runs?.map(({ id }) => id).toSorted()).toEqual([both, media].toSorted());
    expect(await endOf(environment, both)).toMatchObject({ status: 'complete' });
    expect(await endOf(environment, media)).toMatchObject({ status: 'complete' });
    expect(
      await runCommand(environment, ['resume', '--all', '--error-type', 'MediaForbidden']),
    ).toMatchObject({
      status: 0,
      stdout: 'No run is parked.\n',
    });

    const last = await park(13, 'media');
    const others = await runCommand(environment, ['resume', '--all', '--tenant', 'globex']);
    expect(others).toMatchObject({ status: 0, stdout: 'No run is parked.\n' });
    const ours = await runCommand(environment, ['resume', '--all', '--tenant', 'acme']);
    expect(ours.status).toBe(0);
    expect(ours.stdout).toMatch(new RegExp(`✓ ${last}: .*goes on`));
    expect(ours.stdout).toContain(`/namespaces/${environment.namespace}/workflows/`);
    expect(await endOf(environment, last)).toMatchObject({ status: 'complete' });
  });
});

describe('cxone-sync skip', () => {
  it('ends the run without what is missing, and its window is incomplete', async () => {
    const id = await park(9, 'media');
    expect(await runCommand(environment, ['skip', id])).toMatchObject({ status: 0 });
    expect(await endOf(environment, id)).toMatchObject({ status: 'incomplete' });
    const [row] = await environment.query<{ status: string }>(
      'select status from cxone.sync_window where window_start = $1',
      [march(9).from],
    );
    expect(row).toEqual({ status: 'incomplete' });
  });
});

describe('cxone-sync abort', () => {
  it('fails the run with its causes, and resume takes it up where it failed', async () => {
    environment.simulator.setFaults([forbidden('agents'), forbidden('media', 5)]);
    const id = await startParked(environment, march(10));
    const stored = answered(environment).files.length;
    expect(stored).toBeGreaterThan(0);
    expect(await runCommand(environment, ['abort', id])).toMatchObject({ status: 0 });
    await expect(endOf(environment, id)).rejects.toThrow();
    expect(await labelsOf(environment, id)).toMatchObject({
      execution: 'FAILED',
      errorType: 'AgentsForbidden',
    });

    // Still not fixed: the run parks again, once for both causes.
    expect((await runJson(environment, ['resume', id])).document.runs).toMatchObject([
      { ok: true, code: 'Done' },
    ]);
    await untilParked(environment, id);
    const { document } = await runJson(environment, sync(10));
    expect(document.parked?.map(({ code }) => code)).toEqual(['AgentsForbidden', 'MediaForbidden']);

    environment.simulator.setFaults([]);
    expect(await runCommand(environment, ['resume', id])).toMatchObject({ status: 0 });
    expect(await endOf(environment, id)).toMatchObject({ status: 'complete' });
    expect(answered(environment).files.length).toBeGreaterThan(stored);
    expectNothingTwice(environment);
    const [row] = await environment.query(
      'select status, error_code from cxone.sync_window where window_start = $1',
      [march(10).from],
    );
    expect(row).toEqual({ status: 'complete', error_code: null });
  });
});

describe('without a worker', () => {
  it('no worker answers: status 3, and the run waits as before', async () => {
    const id = await park(11, 'media');
    await worker.stop();
    const { status, document, stderr } = await runJson(environment, ['resume', id]);
    expect(status).toBe(3);
    expect(document.runs).toMatchObject([{ id, ok: false, code: 'NoAnswer' }]);
    expect(stderr).toContain('start one');
    expect(await labelsOf(environment, id)).toMatchObject({
      execution: 'RUNNING',
      status: 'AwaitingOperator',
    });
  });
});
