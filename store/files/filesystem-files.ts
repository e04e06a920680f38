import { randomUUID } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { RecordingFileError, toFileError } from './errors';
import { measureBody } from './measured-body';
import type { RecordingFiles, SavedFile, SaveOptions } from './recording-files';
import { keyParts } from './recording-key';

type OnDisk = <T>(work: Promise<T>) => Promise<T>;

async function writeWhole(
  file: FileHandle,
  body: AsyncIterable<Buffer>,
  options: SaveOptions,
  onDisk: OnDisk,
): Promise<SavedFile> {
  const measured = measureBody(body, options);
  for await (const chunk of measured.chunks) await onDisk(file.writeFile(chunk));
  await onDisk(file.sync());
  return measured.result();
}

async function closing<T>(file: FileHandle, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } finally {
    await file.close();
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  await closing(handle, () => handle.sync());
}

/** New folders have to survive a power cut too: the folder above each new one is synced. */
async function makeFolder(folder: string): Promise<void> {
  const first = await mkdir(folder, { recursive: true, mode: 0o700 });
  if (first === undefined) return;
  const top = dirname(first);
  for (let above = dirname(folder); above.length > top.length; above = dirname(above))
    await syncFolder(above);
  await syncFolder(top);
}

async function tryWriting(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, `.${randomUUID()}.probe`);
  try {
    await (await open(path, 'wx', 0o600)).close();
  } finally {
    await rm(path, { force: true });
  }
}

/** Where files grow, below the root: no key can name it, and what a killed process leaves is found in one place. */
const workshop = '.incoming';
/** A file that grows is written to more often than this, or its download has given up. */
const abandonedAfterMs = 5 * 60_000;

/** Removes what processes that were killed have left: half recordings are health data as well. */
async function sweep(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    // Another process may have finished or removed it meanwhile.
    const { mtimeMs } = (await stat(path).catch(() => null)) ?? { mtimeMs: Infinity };
    if (Date.now() - mtimeMs > abandonedAfterMs) await rm(path, { force: true });
  }
}

/**
 * Recordings in a folder of a file system. A file is written in a folder of unfinished ones, synced, renamed
 * and its folder synced, so that neither a crash nor a power cut leaves half a recording under its name. Files and
 * folders are for the owner alone: they hold health data.
 */
export function createFilesystemFiles(root: string): RecordingFiles {
  const pathOf = (key: string) => join(root, ...keyParts(key));
  // Around each operation of ours rather than around all of `save`: the body's errors belong to whoever reads it.
  const onDisk: OnDisk = async (work) => {
    try {
      return await work;
    } catch (error) {
      throw toFileError(error, root);
    }
  };

  return {
    kind: 'file',
    probe: () => onDisk(tryWriting(root)),
    async save(key, body, options) {
      const path = pathOf(key);
      const folder = dirname(path);
      await onDisk(makeFolder(folder));
      const unfinished = join(root, workshop);
      await onDisk(makeFolder(unfinished));
      await onDisk(sweep(unfinished));
      const temporary = join(unfinished, `${randomUUID()}.part`);
      const file = await onDisk(open(temporary, 'wx', 0o600));
      try {
        const saved = await closing(file, () => writeWhole(file, body, options, onDisk));
        await onDisk(rename(temporary, path));
        await onDisk(syncFolder(folder));
        return saved;
      } catch (error) {
        await rm(temporary, { force: true });
        throw error;
      }
    },
    async open(key) {
      const file = await onDisk(open(pathOf(key), 'r'));
      return file.createReadStream();
    },
    async exists(key) {
      try {
        return (await stat(pathOf(key))).isFile();
      } catch (error) {
        const problem = toFileError(error, root);
        if (problem instanceof RecordingFileError && problem.code === 'RecordingMissing') return false;
        throw problem;
      }
    },
    async remove(key) {
      await onDisk(rm(pathOf(key), { force: true }));
    },
  };
}
