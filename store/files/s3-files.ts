import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { RecordingFileError } from './errors';
import { measureBody } from './measured-body';
import type { RecordingFiles, SaveOptions } from './recording-files';
import { keyParts } from './recording-key';
import { toS3Error } from './s3-errors';
import { createUploadSweep } from './s3-sweep';

/** Beyond what the AWS SDK reads from its own environment (`AWS_REGION`, `AWS_ENDPOINT_URL_S3` …). */
export interface S3Options {
  /** `server/bucket/key` instead of `bucket.server/key`, as most servers other than AWS need it. */
  readonly forcePathStyle?: boolean;
  /** Who encrypts at rest; null leaves it to the bucket. */
  readonly serverSideEncryption?: 'AES256' | 'aws:kms' | null;
  /** With `aws:kms`; without it AWS's own key is used. */
  readonly kmsKeyId?: string | undefined;
  /** An upload that was begun so long ago, in ms, and not completed belongs to a process that was killed. */
  readonly abandonedAfterMs?: number;
}

/** A bucket and the folder in it, without slashes around. */
export interface S3Place {
  readonly bucket: string;
  readonly prefix: string;
}

/** S3 knows at most 10,000 parts, of 5 MiB at least. */
const mostParts = 10_000;
const leastPartBytes = 5 * 1024 * 1024;
/** Parts of one recording on their way at a time: with the one that fills, what a recording takes in memory. */
const partsInFlight = 2;
/** Ten times what a download may take, `startToCloseTimeout` included. */
const abandonedAfterMs = 24 * 3_600_000;

/**
 * Recordings in a bucket. An object appears when its upload is completed and not before, and it is completed only when
 * the whole body was read and had the promised length; each part carries its SHA-256, which the server checks. A
 * recording larger than one part is a multipart upload, which is aborted when anything fails; what a killed process
 * left of one is swept.
 */
export function createS3Files({ bucket, prefix }: S3Place, options: S3Options = {}): RecordingFiles {
  const place = `s3://${[bucket, prefix].filter((part) => part !== '').join('/')}`;
  const client = new S3Client({
    forcePathStyle: options.forcePathStyle ?? false,
    requestHandler: { connectionTimeout: 5_000, socketTimeout: 60_000 },
    // Of an object in parts there is no checksum of the whole to compare with; who needs proof hashes what was read.
    responseChecksumValidation: 'WHEN_REQUIRED',
  });
  const objectOf = (key: string) => ({ Bucket: bucket, Key: below(prefix, keyParts(key).join('/')) });
  const inS3 = async <T>(call: Promise<T>): Promise<T> => {
    try {
      return await call;
    } catch (error) {
      throw toS3Error(error, place);
    }
  };
  const atRest = encryptionOf(options);
  const sweep = createUploadSweep(client, bucket, below(prefix, ''), {
    olderThanMs: options.abandonedAfterMs ?? abandonedAfterMs,
  });

  return {
    kind: 's3',
    async probe() {
      const object = { Bucket: bucket, Key: below(prefix, `.${randomUUID()}.probe`) };
      await inS3(client.send(new PutObjectCommand({ ...object, ...atRest, Body: Buffer.from('probe') })));
      await inS3(client.send(new DeleteObjectCommand(object)));
      await requireMissing(inS3(client.send(new HeadObjectCommand(object))), place);
      await sweep();
    },
    async save(key, body, saving) {
      const object = objectOf(key);
      await sweep();
      const measured = measureBody(body, saving);
      const upload = new Upload({
        client,
        queueSize: partsInFlight,
        partSize: partBytes(saving),
        params: {
          ...object,
          ...atRest,
          ChecksumAlgorithm: 'SHA256',
          // One chunk ahead and no more: sixteen, the default, would be read past the limit of a body too large.
          Body: Readable.from(measured.chunks, { highWaterMark: 1 }),
        },
      });
      try {
        await upload.done();
      } catch (error) {
        // Whatever S3 said afterwards, this is why it was not completed.
        throw measured.failure ? measured.failure.error : toS3Error(error, place);
      }
      return measured.result();
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
        if (error instanceof RecordingFileError && error.code === 'RecordingMissing') return false;
        throw error;
      }
    },
    async remove(key) {
      await inS3(client.send(new DeleteObjectCommand(objectOf(key))));
    },
  };
}

function below(prefix: string, path: string): string {
  return prefix === '' ? path : `${prefix}/${path}`;
}

function encryptionOf({ serverSideEncryption, kmsKeyId }: S3Options) {
  if (!serverSideEncryption) return {};
  return {
    ServerSideEncryption: serverSideEncryption,
    ...(serverSideEncryption === 'aws:kms' && kmsKeyId ? { SSEKMSKeyId: kmsKeyId } : {}),
  };
}

function partBytes({ expectedBytes, maxBytes }: SaveOptions): number {
  return Math.max(leastPartBytes, Math.ceil((expectedBytes ?? maxBytes) / mostParts));
}

/** Who may not list a bucket is told "forbidden" of objects that are not there, and would take it for worse. */
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
    false,
  );
}

/** A connection that breaks while a recording is read is the storage's trouble, like one that breaks before. */
async function* explained(body: Readable, place: string): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) yield chunk;
  } catch (error) {
    throw toS3Error(error, place);
  }
}
