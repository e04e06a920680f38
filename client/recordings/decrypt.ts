import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { errorTable } from '../../errors';
import { RecordingFileError, type RecordingFiles, type RecordingRow, type RecordingTable } from '../../store';
import { CommandError, exitStatus } from '../command/exit-status';
import { count, type Output, size } from '../command/output';

export interface CallToDecrypt {
  readonly tenant: string;
  readonly masterContactId: string;
  /** The folder to write to. */
  readonly out: string;
}

type StoredRow = RecordingRow & { readonly segmentId: string; readonly storageKey: string };

/**
 * Writes the recordings of a call as plain files, each under its name only when it is what its row says.
 *
 * @throws {RecordingFileError} when the storage cannot be read or a key is missing.
 * @throws {CommandError} status 2 when the folder cannot be written, 4 when a recording is gone or damaged, or none is
 * stored.
 */
export async function decryptCall(
  recordings: Pick<RecordingTable, 'known'>,
  files: Pick<RecordingFiles, 'open'>,
  { tenant, masterContactId, out }: CallToDecrypt,
  output: Output,
): Promise<void> {
  const rows = (await recordings.known(tenant, masterContactId)).filter(isStored);
  if (rows.length === 0) {
    throw new CommandError(
      exitStatus.incomplete,
      `No recording of call ${masterContactId} of tenant "${tenant}" is stored.`,
      'RecordingMissing',
    );
  }
  output.note('The files are personal data: keep them where only those who need them have access.');
  await onDisk(out, () => mkdir(out, { recursive: true, mode: 0o700 }));
  const results: { readonly segmentId: string; readonly file: string | null; readonly problem?: string }[] =
    [];
  for (const row of rows) {
    const file = join(out, `${masterContactId}-${row.segmentId}${extname(row.storageKey)}`);
    const problem = await writePlain(files, row, file, out);
    results.push({ segmentId: row.segmentId, ...(problem ? { file: null, problem } : { file }) });
    output.result(problem ? `${row.segmentId}  ${problem}` : `${file}  ${size(row.bytes ?? 0)}`);
  }
  const bad = results.filter(({ problem }) => problem !== undefined).length;
  output.document({ ok: bad === 0, tenant, masterContactId, recordings: results });
  if (bad === 0) return;
  throw new CommandError(
    exitStatus.incomplete,
    `${count(bad)} of ${count(results.length)} recordings are gone or damaged: verify --recordings --fix has them fetched again.`,
    'RecordingDamaged',
    true,
  );
}

function isStored(row: RecordingRow): row is StoredRow {
  return row.status === 'stored' && row.segmentId !== null && row.storageKey !== null;
}

/** Answers the code of what is wrong with the recording; undefined when it was written. */
async function writePlain(
  files: Pick<RecordingFiles, 'open'>,
  row: StoredRow,
  file: string,
  out: string,
): Promise<string | undefined> {
  const part = `${file}.${process.pid}.part`;
  const hash = createHash('sha256');
  let bytes = 0;
  try {
    const source = await files.open(row.storageKey);
    await onDisk(out, () =>
      pipeline(
        source,
        async function* (chunks: AsyncIterable<Buffer>) {
          for await (const chunk of chunks) {
            hash.update(chunk);
            bytes += chunk.length;
            yield chunk;
          }
        },
        createWriteStream(part, { mode: 0o600, flags: 'wx' }),
      ),
    );
    if (bytes !== row.bytes || hash.digest('hex') !== row.sha256) return 'RecordingChanged';
    await onDisk(out, () => rename(part, file));
    return undefined;
  } catch (error) {
    if (error instanceof RecordingFileError && errorTable[error.code].scope === 'file') return error.code;
    throw error;
  } finally {
    await rm(part, { force: true });
  }
}

/** The folder comes from the command line, so an error with it is bad input. */
async function onDisk<T>(folder: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const { code, syscall } = error as NodeJS.ErrnoException;
    if (error instanceof RecordingFileError || code === undefined || syscall === undefined) throw error;
    throw new CommandError(
      exitStatus.badInput,
      `Cannot write to ${folder} (${code}). Name another folder with --out.`,
      'BadInput',
    );
  }
}
