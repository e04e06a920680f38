import type { Exchange } from './http/exchange';
import type { ExtractionEndpoint } from './extraction/extraction-endpoint';
import type { MediaFiles } from './media/media-files';
import type { PresignedUrls } from './media/presigned-urls';
import type { Recordings } from './media/recordings';
import { expiredUrl, storageProblem } from './http/error-replies';
import { empty, type Reply } from './http/reply';

/**
 * The media origin (contract §4.4): presigned addresses only, `video/mp4`, `Range` and `If-Match` as S3 has them.
 * An `Authorization` header earns a 400, since S3 refuses two authentications at once.
 */
export function createFileEndpoint(
  recordings: Recordings,
  files: MediaFiles,
  urls: PresignedUrls,
  extraction: ExtractionEndpoint,
): (exchange: Exchange) => Reply {
  return (exchange) => {
    const { method, path, parameters, headers, now } = exchange;
    if (method !== 'GET') return storageProblem(405, 'MethodNotAllowed');
    if (headers.authorization !== undefined) return storageProblem(400, 'InvalidArgument');
    const verdict = urls.judge(path, parameters, now);
    if (verdict === 'expired') return expiredUrl();
    if (verdict === 'forged') return storageProblem(403, 'SignatureDoesNotMatch');
    const report = extraction.report(exchange);
    if (report !== undefined) return report;
    const segment = recordings.find(/([0-9a-f-]{36})\.mp4$/.exec(path)?.[1] ?? '');
    if (segment === undefined) return storageProblem(404, 'NoSuchKey');

    const etag = files.etag(segment.segmentId);
    const common = { 'Content-Type': 'video/mp4', ETag: etag, 'Accept-Ranges': 'bytes' };
    if (headers['if-match'] !== undefined && headers['if-match'] !== etag)
      return storageProblem(412, 'PreconditionFailed');
    const isWhole = headers['if-range'] !== undefined && headers['if-range'] !== etag;
    const asked = isWhole ? undefined : readRange(headers.range, segment.bytes);
    if (asked === 'unsatisfiable') {
      return empty(416, { 'Content-Range': `bytes */${segment.bytes}` });
    }
    const { from, to } = asked ?? { from: 0, to: segment.bytes };
    return {
      status: asked === undefined ? 200 : 206,
      headers:
        asked === undefined
          ? common
          : { ...common, 'Content-Range': `bytes ${from}-${to - 1}/${segment.bytes}` },
      body: files.read(segment.segmentId, segment.bytes, from, to),
      length: to - from,
    };
  };
}

/** A single byte range; `undefined` when there is none or it is malformed, which HTTP requires servers to ignore. */
function readRange(
  header: string | undefined,
  length: number,
): { readonly from: number; readonly to: number } | 'unsatisfiable' | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? '');
  if (match === null || (match[1] === '' && match[2] === '')) return undefined;
  const from = match[1] === '' ? Math.max(0, length - Number(match[2])) : Number(match[1]);
  const to = match[1] === '' || match[2] === '' ? length : Math.min(length, Number(match[2]) + 1);
  return from >= to ? 'unsatisfiable' : { from, to };
}
