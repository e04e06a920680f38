import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  type CreateMultipartUploadCommandInput,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';

/**
 * Stores a few bytes under a key by the requests that a recording larger than one part takes, which a server or a policy
 * may refuse by themselves. @throws what the SDK throws; nothing is left of the upload then
 */
export async function tryMultipart(
  client: S3Client,
  object: CreateMultipartUploadCommandInput,
): Promise<void> {
  const { Bucket, Key, ChecksumAlgorithm } = object;
  const { UploadId } = await client.send(new CreateMultipartUploadCommand(object));
  try {
    const part = await client.send(
      new UploadPartCommand({
        ...{ Bucket, Key, UploadId, PartNumber: 1, Body: Buffer.from('probe') },
        ...(ChecksumAlgorithm === undefined ? {} : { ChecksumAlgorithm }),
      }),
    );
    const { ETag, ChecksumSHA256 } = part;
    const done = { PartNumber: 1, ETag, ...(ChecksumSHA256 === undefined ? {} : { ChecksumSHA256 }) };
    await client.send(
      new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts: [done] } }),
    );
  } catch (error) {
    await client.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId })).catch(() => undefined);
    throw error;
  }
}
