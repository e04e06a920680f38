import { pipeline, Transform, type Readable } from 'node:stream';
import { createBrotliDecompress, createUnzip } from 'node:zlib';

const makers: Readonly<Record<string, () => Transform>> = {
  gzip: createUnzip,
  'x-gzip': createUnzip,
  deflate: createUnzip,
  br: createBrotliDecompress,
};

/** What can be unpacked, as `Accept-Encoding` says it. */
export const acceptedEncodings = 'gzip, deflate, br';

/**
 * A body as it was before it was packed for the way; the same stream when it was not. It is unpacked as it is read, so
 * that a reader who has had enough stops both sides.
 * @param encoding the header `Content-Encoding`
 * @param check called with the packed bytes so far; what it throws ends the stream
 */
export function unpacked(
  body: Readable,
  encoding: string | undefined,
  check: (packedBytes: number) => void,
): Readable {
  const make = makers[(encoding ?? '').trim().toLowerCase()];
  if (make === undefined) return body;
  let bytes = 0;
  const counted = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      try {
        check(bytes);
        done(null, chunk);
      } catch (error) {
        done(error as Error);
      }
    },
  });
  // What goes wrong on any side comes out of the last one.
  return pipeline(body, counted, make(), () => undefined);
}
