import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createSpaceGuard } from '../../../store/files/free-space';

const url = 'file:///var/lib/recordings';
const megabyte = 1_000_000;
/** A disk with `free` megabytes left, in blocks of 4096 bytes. */
const disk = (free: number) => async () => ({ bavail: Math.floor((free * megabyte) / 4_096), bsize: 4_096 });

describe('the space guard', () => {
  it.each([
    [2_000, 0, true],
    [1_001, 0, true],
    [999, 0, false],
    [1_500, 400, true],
    [1_500, 600, false],
    [0, 0, false],
  ])('with %i MB free lets a file of %i MB in: %p', async (free, file, welcome) => {
    const asking = createSpaceGuard(url, 1_000 * megabyte, disk(free))(file * megabyte);
    if (welcome) await expect(asking).resolves.toBeUndefined();
    else {
      await expect(asking).rejects.toMatchObject({
        code: 'RecordingStorageFull',
        retryable: false,
        message: expect.stringMatching(
          /MB are free below \/var\/lib\/recordings; 1000 MB have to stay free$/,
        ),
        remedy: expect.stringContaining('RECORDINGS_MIN_FREE_MEGABYTES'),
      });
    }
  });

  it.each<[string, string | null, number]>([
    ['switched off', url, 0],
    ['for a storage that is no folder', 's3://bucket/prefix', megabyte],
    ['where there are no recordings', null, megabyte],
  ])('asks nothing %s', async (_name, where, reserve) => {
    const guard = createSpaceGuard(where, reserve, () => Promise.reject(new Error('it was asked')));
    await expect(guard(1e15)).resolves.toBeUndefined();
  });

  it('says what the file system says when it does not answer', async () => {
    const broken = Object.assign(new Error('EIO'), { code: 'EIO', syscall: 'statfs' });
    const guard = createSpaceGuard(url, megabyte, () => Promise.reject(broken));
    await expect(guard(0)).rejects.toMatchObject({ code: 'RecordingStorageUnavailable', retryable: true });
  });

  it('asks the real file system, and leaves a folder that is gone to the next file', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'cxone-space-'));
    const guard = createSpaceGuard(pathToFileURL(folder).href, 1);
    await expect(guard(0)).resolves.toBeUndefined();
    await expect(guard(1e18)).rejects.toMatchObject({ code: 'RecordingStorageFull' });
    rmSync(folder, { recursive: true });
    await expect(guard(0)).resolves.toBeUndefined();
  });
});
