import { randomUUID } from 'node:crypto';
import { type FileHandle, open, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Where files grow, below the root: no key can name it, and what a killed process leaves is found in one place. */
export const workshop = '.incoming';
/** A file that grows is written to or touched more often than this by far. */
const abandonedAfterMs = 30 * 60_000;
const touchEveryMs = 60_000;

/** Files that this process writes, which it never takes for abandoned ones. */
const ours = new Set<string>();

/** The two clocks there are, for tests. */
export interface FileClocks {
  /** Milliseconds that pass evenly; `performance.now` if not given. */
  readonly elapsed?: () => number;
  /** What the file server says of the time of a file that was just made. */
  readonly stampOf?: (file: FileHandle) => Promise<number>;
}

const modified = async (file: FileHandle): Promise<number> => (await file.stat()).mtimeMs;

/** A file that does not count as a recording yet. */
export interface UnfinishedFile {
  readonly path: string;
  readonly file: FileHandle;
  /** Says now and then that it is still written to, also where the file server notes that only at the end. */
  touch(): Promise<void>;
  /** Closes it; afterwards it is for the caller to rename or to remove. */
  close(): Promise<void>;
}

/**
 * Begins a file in the folder of unfinished ones, which must exist, and removes what processes that were killed have
 * left there: half recordings are health data as well.
 *
 * Times are the file server's throughout, whose clock may be far from ours: what is old is found by comparing with the
 * time the server gave this very file, and a touch writes that time plus what has passed since.
 */
export async function beginFile(
  folder: string,
  { elapsed = () => performance.now(), stampOf = modified }: FileClocks = {},
): Promise<UnfinishedFile> {
  const path = join(folder, `${randomUUID()}.part`);
  const file = await open(path, 'wx', 0o600);
  ours.add(path);
  try {
    const stamp = await stampOf(file);
    await sweep(folder, stamp);
    const began = elapsed();
    let touched = began;
    return {
      path,
      file,
      async touch() {
        if (elapsed() - touched < touchEveryMs) return;
        touched = elapsed();
        const now = new Date(stamp + touched - began);
        await file.utimes(now, now);
      },
      async close() {
        ours.delete(path);
        await file.close();
      },
    };
  } catch (error) {
    ours.delete(path);
    await file.close();
    await rm(path, { force: true });
    throw error;
  }
}

async function sweep(folder: string, nowMs: number): Promise<void> {
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    if (ours.has(path)) continue;
    // Another process may have finished or removed it by now.
    const { mtimeMs } = (await stat(path).catch(() => null)) ?? { mtimeMs: Infinity };
    if (nowMs - mtimeMs > abandonedAfterMs) await rm(path, { force: true });
  }
}
