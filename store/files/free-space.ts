import { statfs } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { isMissing, RecordingFileError, toFileError } from './errors';

/**
 * Proves that a file of that many bytes (0: any file at all) leaves the disk its reserve. Called before a playback query
 * is spent.
 * @throws RecordingFileError `RecordingStorageFull`, or what the operating system says of the folder
 */
export type SpaceGuard = (bytes: number) => Promise<void>;

/** What `statfs` says about a file system. */
export type DiskSpace = (folder: string) => Promise<{ readonly bavail: number; readonly bsize: number }>;

/**
 * The guard of the folder that `RECORDINGS_URL` names; storages that are no folder have no disk to fill. A disk that is
 * full takes the database and the logs down with it, hence the reserve.
 *
 * @param url as for `openRecordingFiles`; null when there are no recordings
 * @param reserveBytes 0 switches it off
 */
export function createSpaceGuard(
  url: string | null,
  reserveBytes: number,
  space: DiskSpace = statfs,
): SpaceGuard {
  if (url === null || !url.startsWith('file:') || reserveBytes === 0) return async () => {};
  const folder = fileURLToPath(url);
  return async (bytes) => {
    const free = await space(folder).then(
      ({ bavail, bsize }) => bavail * bsize,
      (error: unknown) => {
        const problem = toFileError(error, folder);
        // A folder that is gone is made again with the next file; only then is there something to measure.
        if (isMissing(problem)) return Infinity;
        throw problem;
      },
    );
    if (free - bytes >= reserveBytes) return;
    const megabytes = (value: number): number => Math.floor(value / 1e6);
    throw new RecordingFileError(
      'RecordingStorageFull',
      `${megabytes(free)} MB are free below ${folder}; ${megabytes(reserveBytes)} MB have to stay free`,
      'Free or add disk space, or lower RECORDINGS_MIN_FREE_MEGABYTES and restart the workers.',
    );
  };
}
