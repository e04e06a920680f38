import { randomUUID } from 'node:crypto';
import { type FileHandle, mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { isMissing, toFileError } from './errors';
import { measureBody } from './measured-body';
import type { RecordingFiles, SavedFile, SaveOptions } from './recording-files';
import { keyParts } from './recording-key';
import { type Markable, markId, markName, markText } from './storage-mark';
import { beginFile, type UnfinishedFile, workshop } from './unfinished-files';

type OnDisk = <T>(work: Promise<T>) => Promise<T>;

async function writeWhole(
  draft: UnfinishedFile,
  body: AsyncIterable<Buffer>,
  options: SaveOptions,
  onDisk: OnDisk,
): Promise<SavedFile> {
  const measured = measureBody(body, options);
  for await (const chunk of measured.chunks) {
    await onDisk(draft.file.writeFile(chunk));
    await onDisk(draft.touch());
  }
  await onDisk(draft.file.sync());
  return measured.result();
}

async function closing<T>(file: Pick<FileHandle, 'close'>, work: () => Promise<T>): Promise<T> {
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
async function makeFolders(folder: string): Promise<void> {
  const first = await mkdir(folder, { recursive: true, mode: 0o700 });
  if (first === undefined) return;
  const top = dirname(first);
  for (let above = dirname(folder); above.length > top.length; above = dirname(above))
    await syncFolder(above);
  await syncFolder(top);
}

/**
 * The same below `root` (without a slash at its end), which is not made: it may have been unmounted since it was last looked at.
 * @throws the operating system's ENOENT when it is not there
 */
async function makeFolder(root: string, folder: string): Promise<void> {
  if (folder === root) return;
  try {
    await mkdir(folder, { mode: 0o700 });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return;
    const above = dirname(folder);
    if (code !== 'ENOENT' || above === root) throw error;
    await makeFolder(root, above);
    await makeFolder(root, folder);
    return;
  }
  await syncFolder(dirname(folder));
}

/**
 * Recordings in a folder of a file system. A file is written in a folder of unfinished ones, synced, renamed
 * and its folder synced, so that neither a crash nor a power cut leaves half a recording under its name. Files and
 * folders are for the owner alone: they hold health data.
 */
export function createFilesystemFiles(root: string): RecordingFiles & Markable {
  // Without a slash at its end, as the folders above a file are named.
  const top = resolve(root);
  const pathOf = (key: string) => join(root, ...keyParts(key));
  // Around each operation of ours rather than around all of `save`: the body's errors belong to its reader.
  const onDisk: OnDisk = async (work) => {
    try {
      return await work;
    } catch (error) {
      throw toFileError(error, root);
    }
  };
  const saveAt = async (path: string, body: AsyncIterable<Buffer>, options: SaveOptions) => {
    const folder = dirname(path);
    const make = options.intoStorage === true ? (one: string) => makeFolder(top, one) : makeFolders;
    await onDisk(make(folder));
    const unfinished = join(root, workshop);
    await onDisk(make(unfinished));
    const draft = await onDisk(beginFile(unfinished));
    try {
      const saved = await closing(draft, () => writeWhole(draft, body, options, onDisk));
      await onDisk(rename(draft.path, path));
      await onDisk(syncFolder(folder));
      return saved;
    } catch (error) {
      await rm(draft.path, { force: true });
      throw error;
    }
  };
  const saveText = (path: string, text: string) =>
    saveAt(path, Readable.from([Buffer.from(text)]), { maxBytes: 10_000 });

  return {
    kind: 'file',
    place: root,
    markGoodForMs: 0,
    check: async () => {},
    async probe() {
      const path = join(root, `.${randomUUID()}.probe`);
      await saveText(path, 'probe');
      await onDisk(rm(path, { force: true }));
    },
    save: (key, body, options) => saveAt(pathOf(key), body, options),
    async open(key) {
      const file = await onDisk(open(pathOf(key), 'r'));
      return file.createReadStream();
    },
    async exists(key) {
      try {
        return (await stat(pathOf(key))).isFile();
      } catch (error) {
        const problem = toFileError(error, root);
        if (isMissing(problem)) return false;
        throw problem;
      }
    },
    async remove(key) {
      await onDisk(rm(pathOf(key), { force: true }));
    },
    async readMark() {
      try {
        return markId(await onDisk(readFile(join(root, markName), 'utf8')), root);
      } catch (error) {
        if (isMissing(error)) return null;
        throw error;
      }
    },
    async writeMark(id) {
      await saveText(join(root, markName), markText(id));
    },
  };
}
