import { pathToFileURL } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createSpaceGuard } from '../../../store';
import { postgresServers } from '../../setup/servers';
import { type MediaEnvironment, openMediaEnvironment } from './test-environment';

const bytes = 300_000_000;

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Bytes that are held, garbage left out: the simulator, which is in this process too, makes some of its own. */
function held(): number {
  collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

let environment: MediaEnvironment;
beforeAll(async () => {
  environment = await openMediaEnvironment(postgresServers()[0], {
    contactsPerDay: 16,
    mediaBytes: { min: bytes, max: bytes },
  });
});
afterAll(() => environment?.close());

describe('a recording of 300 MB', () => {
  it('is refused before its first byte where the disk has no room for it, and its call stays as it was', async () => {
    const call = await environment.nextCall();
    const space = async () => ({ bavail: 1_250_000, bsize: 1_000 });
    const guardSpace = createSpaceGuard(pathToFileURL(environment.folder).href, 1_000_000_000, space);
    await expect(environment.worker({ guardSpace }).fetch(call.masterContactId)).rejects.toMatchObject({
      code: 'RecordingStorageFull',
    });
    expect(await environment.row(call.masterContactId)).toMatchObject({ status: 'pending', attempts: 0 });
    expect([...environment.files().keys()].some((path) => path.endsWith('.part'))).toBe(false);
  });

  it('is stored whole although it breaks off, and never held in memory', async () => {
    const call = await environment.nextCall();
    environment.simulator.setFaults([
      { name: 'reset', match: { family: 'file' }, onCall: [1], args: { afterBytes: 120_000_000 } },
    ]);
    environment.simulator.journal.clear();
    const worker = environment.worker({
      guardSpace: createSpaceGuard(pathToFileURL(environment.folder).href, 1),
    });
    const before = held();
    let peak = before;
    // A full collection takes long in a process that has run many tests: most of the time is the download's.
    let watch: NodeJS.Timeout;
    const sample = (): void => {
      const began = performance.now();
      peak = Math.max(peak, held());
      watch = setTimeout(sample, Math.max(500, 5 * (performance.now() - began)));
    };
    watch = setTimeout(sample, 500);
    try {
      expect(await worker.fetch(call.masterContactId)).toEqual({ status: 'stored', files: 1, bytes });
    } finally {
      clearTimeout(watch);
    }
    expect((await environment.row(call.masterContactId))?.sha256).toBe(call.sha256);
    expect(environment.simulator.journal.entries({ family: 'file' }).map(({ status }) => status)).toEqual([
      200, 206,
    ]);
    expect(peak - before).toBeLessThan(60_000_000);
  });
});
