import { pathToFileURL } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createSpaceGuard } from '../../../store';
import { postgresServers } from '../../setup/servers';
import { type MediaStand, openMediaStand } from './stand';

const bytes = 300_000_000;

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Bytes that are held, garbage left out: the simulator, which is in this process too, makes some of its own. */
function held(): number {
  collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

let stand: MediaStand;
beforeAll(async () => {
  stand = await openMediaStand(postgresServers()[0], {
    contactsPerDay: 16,
    mediaBytes: { min: bytes, max: bytes },
  });
});
afterAll(() => stand?.close());

describe('a recording of 300 MB', () => {
  it('is refused before its first byte where the disk has no room for it, and its call stays as it was', async () => {
    const call = await stand.nextCall();
    const space = async () => ({ bavail: 1_250_000, bsize: 1_000 });
    const guardSpace = createSpaceGuard(pathToFileURL(stand.folder).href, 1_000_000_000, space);
    await expect(stand.worker({ guardSpace }).fetch(call.masterContactId)).rejects.toMatchObject({
      code: 'RecordingStorageFull',
    });
    expect(await stand.row(call.masterContactId)).toMatchObject({ status: 'pending', attempts: 0 });
    expect([...stand.files().keys()].some((path) => path.endsWith('.part'))).toBe(false);
  });

  it('is stored whole although it breaks off, and never held in memory', async () => {
    const call = await stand.nextCall();
    stand.simulator.setFaults([
      { name: 'reset', match: { family: 'file' }, onCall: [1], args: { afterBytes: 120_000_000 } },
    ]);
    stand.simulator.journal.clear();
    const worker = stand.worker({ guardSpace: createSpaceGuard(pathToFileURL(stand.folder).href, 1) });
    const before = held();
    let peak = before;
    const watch = setInterval(() => {
      peak = Math.max(peak, held());
    }, 500);
    try {
      expect(await worker.fetch(call.masterContactId)).toEqual({ status: 'stored', files: 1, bytes });
    } finally {
      clearInterval(watch);
    }
    expect((await stand.row(call.masterContactId))?.sha256).toBe(call.sha256);
    expect(stand.simulator.journal.entries({ family: 'file' }).map(({ status }) => status)).toEqual([
      200, 206,
    ]);
    expect(peak - before).toBeLessThan(60_000_000);
  });
});
