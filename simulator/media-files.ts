import { bytesOf } from './identifiers';
import { Dice } from './random';

/** The bytes of recordings: a function of the seed and the segment, made while they are read. */
export interface MediaFiles {
  /** Bytes `from` (inclusive) to `to` (exclusive) of a segment's file of `length` bytes, in chunks. */
  read(segmentId: string, length: number, from: number, to: number): Iterable<Buffer>;
  /** The entity tag of a segment's file, with its quotes. */
  etag(segmentId: string): string;
}

// Not a power of two, so that the pattern never falls in step with the reader's buffers.
const NOISE_SIZE = 1_048_573;
const CHUNK = 65_536;
const HEADER_SIZE = 64;

/** Creates the files. One block of noise serves all of them, read from another place for each. */
export function createMediaFiles(seed: number): MediaFiles {
  const noise = Buffer.alloc(NOISE_SIZE);
  const dice = new Dice(seed);
  for (let i = 0; i + 4 <= NOISE_SIZE; i += 4) noise.writeUInt32LE(dice.below(4294967296), i);

  const read = function* (segmentId: string, length: number, from: number, to: number): Generator<Buffer> {
    const digest = bytesOf(seed, `file ${segmentId}`);
    const offset = digest.readUInt32LE(0);
    const header = headerOf(digest, length);
    let at = from;
    if (at < HEADER_SIZE && at < to) {
      yield header.subarray(at, Math.min(HEADER_SIZE, to));
      at = Math.min(HEADER_SIZE, to);
    }
    while (at < to) {
      const place = (offset + at) % NOISE_SIZE;
      const size = Math.min(CHUNK, to - at, NOISE_SIZE - place);
      yield noise.subarray(place, place + size);
      at += size;
    }
  };

  return {
    read,
    etag: (segmentId) => `"${bytesOf(seed, `etag ${segmentId}`).toString('hex').slice(0, 32)}"`,
  };
}

/** The boxes an MP4 file begins with: `ftyp`, a `free` box that tells files apart, and the head of `mdat`. */
function headerOf(digest: Buffer, length: number): Buffer {
  const header = Buffer.alloc(HEADER_SIZE);
  header.writeUInt32BE(24, 0);
  header.write('ftypmp42\0\0\0\0mp42isom', 4, 'latin1');
  header.writeUInt32BE(32, 24);
  header.write('free', 28, 'latin1');
  digest.copy(header, 32, 0, 24);
  header.writeUInt32BE(Math.min(0xffffffff, length - 56), 56);
  header.write('mdat', 60, 'latin1');
  return header;
}
