import { DeleteObjectCommand, GetObjectCommand, HeadObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { createAgents, type Proxies } from '../../network';
import { isMissing, RecordingFileError } from './errors';
import { measureBody } from './measured-body';
import type { RecordingFiles, SaveOptions } from './recording-files';
import { keyParts } from './recording-key';
import { toS3Error } from './s3-errors';
import { tryMultipart } from './s3-multipart';
import { createUploadSweep } from './s3-sweep';
import { type Markable, markId, markName, markText } from './storage-mark';

/** Beyond what the AWS SDK reads from its own environment (`AWS_REGION`, `AWS_ENDPOINT_URL_S3` …). */
export interface S3Options {
  /** `server/bucket/key` instead of `bucket.server/key`, as most servers other than AWS need it. */
  readonly forcePathStyle?: boolean;
  /** Who encrypts at rest; null leaves it to the bucket. */
  readonly serverSideEncryption?: 'AES256' | 'aws:kms' | null;
  /** With `aws:kms`; without it AWS's own key is used. */
  readonly kmsKeyId?: string | undefined;
  /**
   * `sha256` sends a checksum of S3's flexible kind with each object and part; `none` leaves them out, for servers that do
   * not know them: those check the hash that is part of each request's signature.
   */
  readonly checksums?: 'sha256' | 'none';
  readonly proxies?: Proxies | undefined;
  /** A server that sends nothing for so long, in ms, is given up, and asked again; 20 s if not given. */
  readonly silentAfterMs?: number;
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
/** No request takes longer, whatever trickles: a part of 5 MiB then needs 18 kB/s. */
const longestRequestMs = 300_000;
const connectMs = 10_000;
const mostSockets = 50;
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
  const { bucket, prefix } = s3Place;
  const place = `s3://${[bucket, prefix].filter((part) => part !== '').join('/')}`;
  const client = createClient(options);
  const objectAt = (path: string) => ({ Bucket: bucket, Key: below(prefix, path) });
  const objectOf = (key: string) => objectAt(keyParts(key).join('/'));
  const inS3 = async <T>(call: Promise<T>): Promise<T> => {
    try {
      return await call;
    } catch (error) {
      throw toS3Error(error, place);
    }
  };
  const saving = {
    ...encryptionOf(options),
    ...(options.checksums === 'none' ? {} : { ChecksumAlgorithm: 'SHA256' as const }),
  };
  const sweep = createUploadSweep(client, bucket, below(prefix, ''), {
    olderThanMs: options.abandonedAfterMs ?? abandonedAfterMs,
  });

  const saveAt = async (path: string, body: AsyncIterable<Buffer>, limits: SaveOptions) => {
    const measured = measureBody(body, limits);
    const upload = new Upload({
      client,
      queueSize: partsInFlight,
      partSize: partBytes(limits),
      params: {
        ...objectAt(path),
        ...saving,
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
  };
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
    async readMark() {
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
    },
    async writeMark(id) {
      await saveText(markName, markText(id));
    },
  };
}

function createClient({ forcePathStyle = false, checksums, proxies, silentAfterMs = 20_000 }: S3Options) {
  const agents = createAgents({ connectMs, proxies, maxSockets: mostSockets });
  return new S3Client({
    forcePathStyle,
    requestHandler: {
      httpAgent: agents.http,
      httpsAgent: agents.https,
      socketTimeout: silentAfterMs,
      requestTimeout: longestRequestMs,
      throwOnRequestTimeout: true,
    },
    ...(checksums === 'none' ? { requestChecksumCalculation: 'WHEN_REQUIRED' as const } : {}),
    // Of an object in parts there is no checksum of the whole to compare with; who needs proof hashes what was read.
    responseChecksumValidation: 'WHEN_REQUIRED',
  });
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

/** A connection that breaks while a recording is read is the storage's trouble, like one that breaks before. */
async function* explained(body: Readable, place: string): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) yield chunk;
  } catch (error) {
    throw toS3Error(error, place);
  }
}
