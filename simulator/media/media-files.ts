import { bytesOf } from '../auth/credentials';
import { mp4Opening, openingSize } from './mp4';
import { melody } from './tones';

/** The bytes of recordings: a function of the seed and the segment, made while they are read. */
export type MediaFiles = ReturnType<typeof createMediaFiles>;

const chunkBytes = 65_536;
const smallestHeader = 64;

/** Creates the files: MP4 with a second of sound for every 8,000 bytes. Each begins at another place of one melody. */
export function createMediaFiles(seed: number) {
  const read = function* (segmentId: string, length: number, from: number, to: number): Generator<Buffer> {
    const sound = melody();
    const digest = bytesOf(seed, `file ${segmentId}`);
    const offset = digest.readUInt32LE(0);
    const opening = openingOf(digest, length);
    let at = from;
    if (at < opening.length && at < to) {
      yield opening.subarray(at, Math.min(opening.length, to));
      at = Math.min(opening.length, to);
    }
    while (at < to) {
      const place = (offset + at) % sound.length;
      const size = Math.min(chunkBytes, to - at, sound.length - place);
      yield sound.subarray(place, place + size);
      at += size;
    }
  };

  return {
    /** Bytes `from` (inclusive) to `to` (exclusive) of a segment's file of `length` bytes, in chunks. */
    read,
    /** The entity tag of a segment's file, with its quotes. */
    etag: (segmentId: string): string =>
      `"${bytesOf(seed, `etag ${segmentId}`).toString('hex').slice(0, 32)}"`,
  };
}

/** What stands before the samples. A file too small to be played still looks like an MP4, and like no other file. */
function openingOf(digest: Buffer, length: number): Buffer {
  const opening = mp4Opening(Math.max(0, length - openingSize), digest);
  return length > openingSize ? opening : opening.subarray(0, smallestHeader);
}
