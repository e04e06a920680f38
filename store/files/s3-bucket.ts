import { S3Client } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { Readable } from 'node:stream';
import { createAgents, type Proxies } from '../../network';
import { measureBody } from './measured-body';
import type { SaveOptions } from './recording-files';
import { toS3Error } from './s3-errors';

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
/** A bucket as the recordings use it. */
export type Bucket = ReturnType<typeof createBucket>;

export function createBucket({ bucket, prefix }: S3Place, options: S3Options) {
  const place = `s3://${[bucket, prefix].filter((part) => part !== '').join('/')}`;
  const client = createClient(options);
  const below = (path: string): string => (prefix === '' ? path : `${prefix}/${path}`);
  const objectAt = (path: string) => ({ Bucket: bucket, Key: below(path) });
  /** What is sent with everything that is stored. */
  const saving = {
    ...encryptionOf(options),
    ...(options.checksums === 'none' ? {} : { ChecksumAlgorithm: 'SHA256' as const }),
  };
  return {
    client,
    /** As messages name it. */
    place,
    below,
    objectAt,
    saving,
    /** @throws RecordingFileError for what S3 says */
    inS3: async <T>(call: Promise<T>): Promise<T> => {
      try {
        return await call;
      } catch (error) {
        throw toS3Error(error, place);
      }
    },
    saveAt: async (path: string, body: AsyncIterable<Buffer>, limits: SaveOptions) => {
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
