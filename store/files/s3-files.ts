import { DeleteObjectCommand, GetObjectCommand, HeadObjectCommand } from '@aws-sdk/client-s3';
import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { isMissing, RecordingFileError } from './errors';
import type { RecordingFiles } from './recording-files';
import { keyParts } from './recording-key';
import { type Bucket, createBucket, type S3Options, type S3Place } from './s3-bucket';
import { toS3Error } from './s3-errors';
import { tryMultipart } from './s3-multipart';
import { createUploadSweep } from './s3-sweep';
import { type Markable, markId, markName, markText } from './storage-mark';

/** A bucket cannot be unmounted: its mark is seldom checked. */
const markGoodForMs = 60_000;
/** Ten times what a download may take, `startToCloseTimeout` included. */
const abandonedAfterMs = 24 * 3_600_000;

/**
 * Recordings in a bucket. An object appears when its upload is completed and not before, and it is completed only when
 * the whole body was read and had the promised length; each part carries its SHA-256, which the server checks. A
 * recording larger than one part is a multipart upload, which is aborted when anything fails; what a killed process
 * left of one is swept.
 *
 * A request is given up when the server stays silent, and sent again by the SDK, three times in all: a network that
 * swallows what is sent costs 20 seconds after it healed.
 */
export function createS3Files(s3Place: S3Place, options: S3Options = {}): RecordingFiles & Markable {
  const s3 = createBucket(s3Place, options);
  const { client, place, objectAt, saveAt, saving, inS3 } = s3;
  const objectOf = (key: string) => objectAt(keyParts(key).join('/'));
  const sweep = createUploadSweep(client, s3Place.bucket, s3.below(''), {
    olderThanMs: options.abandonedAfterMs ?? abandonedAfterMs,
  });

  const saveText = (path: string, text: string) =>
    saveAt(path, Readable.from([Buffer.from(text)]), { maxBytes: 10_000 });

  return {
    kind: 's3',
    place,
    markGoodForMs,
    check: async () => {},
    async probe() {
      const path = `.${randomUUID()}.probe`;
      await explainChecksums(
        async () => {
          await saveText(path, 'probe');
          await inS3(tryMultipart(client, { ...objectAt(path), ...saving }));
        },
        () => createS3Files(s3Place, { ...options, checksums: 'none' }).probe(),
        options,
      );
      await inS3(client.send(new DeleteObjectCommand(objectAt(path))));
      await requireMissing(inS3(client.send(new HeadObjectCommand(objectAt(path)))), place);
      await sweep();
    },
    async save(key, body, limits) {
      const path = keyParts(key).join('/');
      await sweep();
      return saveAt(path, body, limits);
    },
    async open(key) {
      const { Body } = await inS3(client.send(new GetObjectCommand(objectOf(key))));
      return Readable.from(explained(Body as Readable, place), { objectMode: false });
    },
    async exists(key) {
      try {
        await inS3(client.send(new HeadObjectCommand(objectOf(key))));
        return true;
      } catch (error) {
        if (isMissing(error)) return false;
        throw error;
      }
    },
    async remove(key) {
      await inS3(client.send(new DeleteObjectCommand(objectOf(key))));
    },
    readMark: () => readMark(s3),
    async writeMark(id) {
      await saveText(markName, markText(id));
    },
  };
}

/** A server that takes the same object without checksums refuses them: then that is what to say. */
async function explainChecksums(
  probe: () => Promise<void>,
  without: () => Promise<void>,
  { checksums }: S3Options,
): Promise<void> {
  try {
    await probe();
  } catch (error) {
    const refused = error instanceof RecordingFileError && error.code === 'RecordingStorageRefused';
    if (!refused || checksums === 'none') throw error;
    const works = await without().then(
      () => true,
      () => false,
    );
    if (!works) throw error;
    throw new RecordingFileError(
      'RecordingStorageRefused',
      `${error.message}: it takes objects without checksums only`,
      'Set RECORDINGS_S3_CHECKSUMS=none, and restart the workers.',
    );
  }
}

/** Without permission to list a bucket, S3 answers "forbidden" for missing objects, as if access were refused. */
async function requireMissing(head: Promise<unknown>, place: string): Promise<void> {
  const problem: unknown = await head.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(problem instanceof RecordingFileError)) {
    if (problem === undefined) return;
    throw problem;
  }
  if (problem.code === 'RecordingMissing') return;
  if (problem.code !== 'RecordingStorageRefused') throw problem;
  throw new RecordingFileError(
    'RecordingStorageRefused',
    `The credentials may not see what is missing in ${place}`,
    'Allow s3:ListBucket (and s3:GetObject), as docs/recordings.md shows.',
  );
}

/** @returns null when the bucket has no mark */
async function readMark({ client, place, objectAt, inS3 }: Bucket): Promise<string | null> {
  try {
    const { Body } = await inS3(client.send(new GetObjectCommand(objectAt(markName))));
    return markId((await inS3(Body?.transformToString() ?? Promise.resolve(''))) ?? '', place);
  } catch (error) {
    if (!(error instanceof RecordingFileError)) throw error;
    if (error.code === 'RecordingMissing') return null;
    // Without permission to list, S3 answers "forbidden" for what is missing: a HEAD of another name decides.
    if (error.code === 'RecordingStorageRefused') {
      await requireMissing(inS3(client.send(new HeadObjectCommand(objectAt(`.${randomUUID()}`)))), place);
    }
    throw error;
  }
}

/** A connection that breaks while a recording is read is the storage's trouble, like one that breaks before. */
async function* explained(body: Readable, place: string): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) yield chunk;
  } catch (error) {
    throw toS3Error(error, place);
  }
}
