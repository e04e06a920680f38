import { randomUUID } from 'node:crypto';
import { isMissing, RecordingFileError } from './errors';
import type { RecordingFiles } from './recording-files';
import { type Markable, markName } from './storage-mark';

/** What the database knows of its recordings storage. */
export interface StorageLedger {
  /** The id of the storage the database has its recordings in; null before the first. */
  known(): Promise<string | null>;
  /** Makes `id` the known one. */
  remember(id: string): Promise<void>;
  /**
   * Keys of at most `limit` stored recordings, from all over the storage; none when none is stored. With `lately`, of those
   * stored in the 30 days up to the last one.
   */
  sample(limit: number, lately?: boolean): Promise<readonly string[]>;
  /** Runs work that no other process of the same database runs at the same time. Takes a connection for as long. */
  alone<T>(work: () => Promise<T>): Promise<T>;
}

export interface MarkOptions {
  /**
   * False for a command that only reads: it makes neither a folder nor a mark. `first` for one that tries the storage: it
   * marks the first one that the database gets to know, and leaves it to workers to mark another in its place.
   */
  readonly mayMark: boolean | 'first';
  /** Milliseconds that pass evenly; `performance.now` if not given. */
  readonly clock?: () => number;
}

/** A storage that was checked: its mark, and when the mark and the files were last checked, by the clock. */
interface Trusted {
  readonly id: string | null;
  readonly at: number;
  readonly settledAt: number;
}

/** Enough to distinguish a storage from a folder that some recordings were written into by mistake. */
const sampleSize = 20;
/** How long a storage that a reading command found in order without a mark is not looked through again, in ms. */
const unmarkedGoodForMs = 60_000;
/** Files asked for at a time. */
const atOnce = 5;

/**
 * Lets recordings be written, and found missing, only in the storage whose mark the database knows. A folder that is not
 * mounted looks like an empty one: without this it would be filled again, and every recording in it be called gone.
 *
 * Every method throws `RecordingsNotMounted` where the mark is missing or another one. The mark is made where no
 * recording is stored yet (the first start), and where more than half of a sample of the stored ones, or of those of the
 * last month, are there (an upgrade, or a mark that was lost; older files may have been moved away).
 */
export function createMarkedFiles(
  inner: RecordingFiles & Markable,
  ledger: StorageLedger,
  { mayMark, clock = () => performance.now() }: MarkOptions,
): RecordingFiles {
  let trusted: Trusted | null = null;

  /** Before the first recording, another worker may have marked another storage: then one of the two is wrong. */
  const isStillGood = async ({ id, settledAt }: Trusted, now: number): Promise<boolean> => {
    if (id === null) return now - settledAt < unmarkedGoodForMs;
    const known = await ledger.known();
    return known === null || known === id;
  };
  const look = async (): Promise<void> => {
    const now = clock();
    const id = await inner.readMark();
    if (trusted !== null && id === trusted.id && (await isStillGood(trusted, now))) {
      trusted = { ...trusted, at: now };
      return;
    }
    trusted = null;
    trusted = { id: await settle(inner, ledger, id, mayMark), at: now, settledAt: now };
  };
  let looking: Promise<void> | null = null;
  const check = async (): Promise<void> => {
    if (trusted !== null && clock() - trusted.at < inner.markGoodForMs) return;
    // Once for all who ask at the same time: each check may take a connection to the database.
    looking ??= look().finally(() => (looking = null));
    await looking;
  };
  /** What is missing may be so because all is. */
  const recheck = async (): Promise<void> => {
    trusted &&= { ...trusted, at: -Infinity };
    await check();
  };

  return {
    ...inner,
    check,
    async probe() {
      await recheck();
      await inner.probe();
    },
    async save(key, body, options) {
      await check();
      try {
        const saved = await inner.save(key, body, { ...options, intoStorage: true });
        // Also after it: the folder may have been unmounted under the file.
        await check();
        return saved;
      } catch (error) {
        if (!isMissing(error)) throw error;
        await recheck();
        throw new RecordingFileError(
          'RecordingStorageUnavailable',
          `A file in ${inner.place} was removed while it was being written`,
          'Look for what else writes to or cleans up this storage.',
        );
      }
    },
    async open(key) {
      try {
        return await inner.open(key);
      } catch (error) {
        if (isMissing(error)) await recheck();
        throw error;
      }
    },
    async exists(key) {
      const there = await inner.exists(key);
      if (!there) await recheck();
      return there;
    },
    async remove(key) {
      await check();
      await inner.remove(key);
    },
  };
}

/**
 * Takes a storage for the one of this database because a person says so, whatever is or is not there: its mark, or a new
 * one where it has none.
 * @returns how many of a sample of the stored recordings are there
 */
export async function adoptStorage(
  files: RecordingFiles & Markable,
  ledger: StorageLedger,
): Promise<{ readonly found: number; readonly sampled: number }> {
  let mark = await files.readMark();
  if (mark === null) {
    mark = randomUUID();
    await files.writeMark(mark);
  }
  await ledger.remember(mark);
  return lookFor(files, await ledger.sample(sampleSize));
}

/** Which id a storage has, given its mark; null when there is nothing to guard and nothing may be written. */
async function settle(
  inner: RecordingFiles & Markable,
  ledger: StorageLedger,
  mark: string | null,
  mayMark: MarkOptions['mayMark'],
): Promise<string | null> {
  const known = await ledger.known();
  if (mark !== null && mark === known) return mark;
  if (mayMark === false) return decide(inner, ledger, () => Promise.resolve(null));
  if (mayMark === 'first' && known !== null) {
    return decide(inner, ledger, async (_id, sampled) => {
      if (mark === null && sampled === 0) throw notMounted(inner.place, `lacks the mark ${markName}`);
      return null;
    });
  }
  return ledger.alone(() =>
    decide(inner, ledger, async (id) => {
      await ledger.remember(id);
      if ((await inner.readMark()) === null) await inner.writeMark(id);
      if ((await inner.readMark()) === id) return id;
      throw notMounted(inner.place, 'was marked by another database at the same moment');
    }),
  );
}

/** @param make marks the storage with an id that the database remembers; `sampled` recordings were looked for in it */
async function decide(
  inner: RecordingFiles & Markable,
  ledger: StorageLedger,
  make: (id: string, sampled: number) => Promise<string | null>,
): Promise<string | null> {
  const [mark, known] = [await inner.readMark(), await ledger.known()];
  if (mark !== null && mark === known) return mark;
  if (mark !== null && known !== null) throw notMounted(inner.place, 'has the mark of another storage');
  const { found, sampled } = await lookFor(inner, await ledger.sample(sampleSize));
  const isThere = sampled === 0 || isMost(found, sampled) || (await hasLatest(inner, ledger));
  if (!isThere) {
    const what = mark === null ? `lacks the mark ${markName}` : 'has a mark that the database does not know';
    throw notMounted(inner.place, `${what}, and ${found} of ${sampled} recordings looked for are there`);
  }
  if (mark !== null) return (await make(mark, sampled)) ?? mark;
  // Where nothing was stored yet, what had been marked before may turn up again: it must not pass for this one.
  return make(sampled > 0 && known !== null ? known : randomUUID(), sampled);
}

function isMost(found: number, sampled: number): boolean {
  return found * 2 > sampled;
}

/** Whether the recordings of the last month are there: older ones may lie elsewhere on purpose. */
async function hasLatest(inner: RecordingFiles & Markable, ledger: StorageLedger): Promise<boolean> {
  const { found, sampled } = await lookFor(inner, await ledger.sample(sampleSize, true));
  return isMost(found, sampled);
}

async function lookFor(files: RecordingFiles, keys: readonly string[]) {
  let found = 0;
  const queue = keys.values();
  const takeTurns = async (): Promise<void> => {
    for (const key of queue) if (await files.exists(key)) found += 1;
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, keys.length) }, takeTurns));
  return { found, sampled: keys.length };
}

function notMounted(place: string, what: string): RecordingFileError {
  return new RecordingFileError(
    'RecordingsNotMounted',
    `${place} is not the recordings storage of this database: it ${what}`,
  );
}
