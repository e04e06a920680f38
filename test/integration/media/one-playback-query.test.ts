import { postgresServers } from '../../setup/servers';
import { type MediaStand, openMediaStand } from './stand';

let stand: MediaStand;
beforeAll(async () => {
  stand = await openMediaStand(postgresServers()[0]);
});
afterEach(() => {
  stand.simulator.setFaults([]);
  stand.simulator.journal.clear();
});
afterAll(() => stand?.close());

const playbackQueriesByCall = (): readonly number[] => {
  const counts = new Map<string, number>();
  for (const { query } of stand.simulator.journal.entries({ family: 'media' })) {
    const id = query['acd-call-id'] ?? '';
    counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  return [...counts.values()];
};

describe('a call that a sweep and the window of a backfill want at once', () => {
  it('costs one playback query, and is stored once', async () => {
    const calls = await Promise.all(Array.from({ length: 12 }, () => stand.nextCall()));
    stand.simulator.setFaults([{ name: 'slow', match: { family: 'media' }, args: { delayMs: 30 } }]);
    const runs = ['sweep', 'window'].map((run) => ({ run, worker: stand.worker() }));
    const results = await Promise.all(
      runs.flatMap(({ run, worker }) => calls.map((call) => worker.fetch(call.masterContactId, run))),
    );
    expect(playbackQueriesByCall()).toEqual(calls.map(() => 1));
    expect(results.reduce((sum, { files }) => sum + files, 0)).toBe(calls.length);
    for (const call of calls) {
      expect(await stand.row(call.masterContactId)).toMatchObject({ status: 'stored', sha256: call.sha256 });
    }
  });

  it('is not looked up again by the one that comes later', async () => {
    const call = await stand.nextCall();
    await stand.worker().fetch(call.masterContactId, 'sweep');
    expect(await stand.worker().fetch(call.masterContactId, 'window')).toEqual({
      status: 'stored',
      files: 0,
      bytes: 0,
    });
    expect(playbackQueriesByCall()).toEqual([1]);
  });

  it('goes to the other when the first one fails', async () => {
    const call = await stand.nextCall();
    stand.simulator.setFaults([{ name: 'forbidden', match: { family: 'media' }, times: 1 }]);
    await expect(stand.worker().fetch(call.masterContactId, 'sweep')).rejects.toMatchObject({
      code: 'MediaForbidden',
    });
    expect(await stand.worker().fetch(call.masterContactId, 'window')).toMatchObject({ status: 'stored' });
  });

  it('goes on in the run of a worker that died, and elsewhere when that does not come back', async () => {
    const [call, other] = [await stand.nextCall(), await stand.nextCall()];
    const { recordings } = stand.store;
    const died = (id: number, seconds: number) =>
      recordings.claim('acme', String(id), 'dead-run:1', seconds, new Date(stand.now()));
    await died(call.masterContactId, 300);
    expect(await stand.worker().fetch(call.masterContactId, 'another')).toMatchObject({ status: 'pending' });
    expect(await stand.worker().fetch(call.masterContactId, 'dead-run')).toMatchObject({ status: 'stored' });
    await died(other.masterContactId, -1);
    expect(await stand.worker().fetch(other.masterContactId, 'another')).toMatchObject({ status: 'stored' });
  });
});
