import { postgresServers } from '../../setup/servers';
import { type MediaEnvironment, openMediaEnvironment } from './test-environment';

let environment: MediaEnvironment;
beforeAll(async () => {
  environment = await openMediaEnvironment(postgresServers()[0]);
});
afterEach(() => {
  environment.simulator.setFaults([]);
  environment.simulator.journal.clear();
});
afterAll(() => environment?.close());

const playbackQueriesByCall = (): readonly number[] => {
  const counts = new Map<string, number>();
  for (const { query } of environment.simulator.journal.entries({ family: 'media' })) {
    const id = query['acd-call-id'] ?? '';
    counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  return [...counts.values()];
};

describe('a call that a sweep and the window of a backfill want at once', () => {
  it('costs one playback query, and is stored once', async () => {
    const calls = await Promise.all(Array.from({ length: 12 }, () => environment.nextCall()));
    environment.simulator.setFaults([{ name: 'slow', match: { family: 'media' }, args: { delayMs: 30 } }]);
    const runs = ['sweep', 'window'].map((run) => ({ run, worker: environment.worker() }));
    const results = await Promise.all(
      runs.flatMap(({ run, worker }) => calls.map((call) => worker.fetch(call.masterContactId, run))),
    );
    expect(playbackQueriesByCall()).toEqual(calls.map(() => 1));
    expect(results.reduce((sum, { files }) => sum + files, 0)).toBe(calls.length);
    for (const call of calls) {
      expect(await environment.row(call.masterContactId)).toMatchObject({
        status: 'stored',
        sha256: call.sha256,
      });
    }
  });

  it('is not looked up again by the one that comes later', async () => {
    const call = await environment.nextCall();
    await environment.worker().fetch(call.masterContactId, 'sweep');
    expect(await environment.worker().fetch(call.masterContactId, 'window')).toEqual({
      status: 'stored',
      files: 0,
      bytes: 0,
    });
    expect(playbackQueriesByCall()).toEqual([1]);
  });

  it('goes to the other when the first one fails', async () => {
    const call = await environment.nextCall();
    environment.simulator.setFaults([{ name: 'forbidden', match: { family: 'media' }, times: 1 }]);
    await expect(environment.worker().fetch(call.masterContactId, 'sweep')).rejects.toMatchObject({
      code: 'MediaForbidden',
    });
    expect(await environment.worker().fetch(call.masterContactId, 'window')).toMatchObject({
      status: 'stored',
    });
  });

  it('goes on in the run of a worker that died, and elsewhere when that does not come back', async () => {
    const [call, other] = [await environment.nextCall(), await environment.nextCall()];
    const { recordings } = environment.store;
    const died = (id: number, seconds: number) =>
      recordings.claim('acme', String(id), {
        holder: 'dead-run:1',
        seconds: seconds,
        now: new Date(environment.now()),
      });
    await died(call.masterContactId, 300);
    expect(await environment.worker().fetch(call.masterContactId, 'another')).toMatchObject({
      status: 'pending',
    });
    expect(await environment.worker().fetch(call.masterContactId, 'dead-run')).toMatchObject({
      status: 'stored',
    });
    await died(other.masterContactId, -1);
    expect(await environment.worker().fetch(other.masterContactId, 'another')).toMatchObject({
      status: 'stored',
    });
  });
});
