import {
  AbortMultipartUploadCommand,
  ListMultipartUploadsCommand,
  type ListMultipartUploadsCommandOutput,
  type MultipartUpload,
  type S3Client,
} from '@aws-sdk/client-s3';
import { isRecordingKey } from './recording-key';

export interface SweepOptions {
  /** Uploads begun longer ago, in ms, are aborted. */
  readonly olderThanMs: number;
  readonly now?: () => number;
}

/** How often one process checks: a list is a request, and what was left costs storage, not correctness. */
const everyMs = 3_600_000;

/**
 * Aborts uploads below a prefix that killed processes left: they are no recordings yet, but hold health data and cost
 * money. Uploads of others to the same bucket are left alone. Runs at most once an hour. A missing permission is no
 * reason not to store a recording, so nothing is thrown; a rule of the bucket does the same (docs/recordings.md).
 */
export function createUploadSweep(
  client: S3Client,
  bucket: string,
  prefix: string,
  { olderThanMs, now = Date.now }: SweepOptions,
): () => Promise<void> {
  let next = -Infinity;
  return async () => {
    if (now() < next) return;
    next = now() + everyMs;
    try {
      for await (const { Key, UploadId, Initiated } of uploadsBelow(client, bucket, prefix)) {
        if (!isRecordingKey(Key?.slice(prefix.length) ?? '')) continue;
        if (now() - (Initiated?.getTime() ?? Infinity) < olderThanMs) continue;
        await client.send(new AbortMultipartUploadCommand({ Bucket: bucket, Key, UploadId }));
      }
    } catch {
      // Tried again in an hour.
    }
  };
}

async function* uploadsBelow(
  client: S3Client,
  bucket: string,
  prefix: string,
): AsyncGenerator<MultipartUpload> {
  type Markers = { readonly KeyMarker?: string; readonly UploadIdMarker?: string };
  let after: Markers | null = {};
  while (after !== null) {
    const page: ListMultipartUploadsCommandOutput = await client.send(
      new ListMultipartUploadsCommand({ Bucket: bucket, Prefix: prefix, ...after }),
    );
    const { Uploads, IsTruncated, NextKeyMarker, NextUploadIdMarker } = page;
    for (const upload of Uploads ?? []) yield upload;
    after =
      IsTruncated && NextKeyMarker
        ? { KeyMarker: NextKeyMarker, ...(NextUploadIdMarker ? { UploadIdMarker: NextUploadIdMarker } : {}) }
        : null;
  }
}
