import { sampleRate } from './tones';

/**
 * The bytes that an MP4 file of µ-law audio begins with: everything up to the first sample (ISO/IEC 14496-12; sample
 * entry `ulaw` of QuickTime). Browsers and ffmpeg play it, `moov` stands before the samples, and its length does not
 * depend on theirs.
 *
 * @param samples how many samples, of one byte each, follow
 * @param mark 24 bytes that distinguish files, in a box that players skip
 */
export function mp4Opening(samples: number, mark: Buffer): Buffer {
  const head = Buffer.concat([
    box('ftyp', Buffer.from('mp42\0\0\0\0mp42isom', 'latin1')),
    box('free', mark.subarray(0, 24)),
  ]);
  const size = head.length + movieSize + 8;
  const media = Buffer.alloc(8);
  // 0 means "up to the end of the file": what does not fit into 32 bits needs no other form.
  media.writeUInt32BE(samples + 8 > largestNumber ? 0 : samples + 8, 0);
  media.write('mdat', 4, 'latin1');
  return Buffer.concat([head, movie(samples, size), media]);
}

const largestNumber = 0xffffffff;

function box(type: string, ...parts: readonly Buffer[]): Buffer {
  const size = parts.reduce((sum, part) => sum + part.length, 8);
  const head = Buffer.alloc(8);
  head.writeUInt32BE(size, 0);
  head.write(type, 4, 'latin1');
  return Buffer.concat([head, ...parts]);
}

/** A box with version 0 and flags, its content as 32-bit words; a text stands for its four letters. */
function words(type: string, flags: number, ...values: readonly (number | string)[]): Buffer {
  const body = Buffer.alloc(4 + 4 * values.length);
  body.writeUInt32BE(flags, 0);
  for (const [i, value] of values.entries()) {
    if (typeof value === 'string') body.write(value, 4 + 4 * i, 'latin1');
    else body.writeUInt32BE(Math.min(value, largestNumber), 4 + 4 * i);
  }
  return box(type, body);
}

const fixedOne = 0x10000;
const matrix = [fixedOne, 0, 0, 0, fixedOne, 0, 0, 0, 0x40000000];

function movie(samples: number, firstSample: number): Buffer {
  const table = box(
    'stbl',
    box('stsd', Buffer.from([0, 0, 0, 0, 0, 0, 0, 1]), soundEntry()),
    words('stts', 0, 1, samples, 1),
    words('stsc', 0, 1, 1, samples, 1),
    words('stsz', 0, 1, samples),
    words('stco', 0, 1, firstSample),
  );
  const media = box(
    'mdia',
    words('mdhd', 0, 0, 0, sampleRate, samples, 0x55c40000),
    words('hdlr', 0, 0, 'soun', 0, 0, 0, 0),
    box(
      'minf',
      words('smhd', 0, 0),
      box('dinf', box('dref', Buffer.from([0, 0, 0, 0, 0, 0, 0, 1]), words('url ', 1))),
      table,
    ),
  );
  return box(
    'moov',
    words('mvhd', 0, 0, 0, sampleRate, samples, fixedOne, 0x01000000, 0, 0, ...matrix, 0, 0, 0, 0, 0, 0, 2),
    box('trak', words('tkhd', 3, 0, 0, 1, 0, samples, 0, 0, 0, 0x01000000, ...matrix, 0, 0), media),
  );
}

/** One channel of 16 bits once decoded. */
function soundEntry(): Buffer {
  const body = Buffer.alloc(28);
  body.writeUInt16BE(1, 6);
  body.writeUInt16BE(1, 16);
  body.writeUInt16BE(16, 18);
  body.writeUInt32BE(sampleRate * fixedOne, 24);
  return box('ulaw', body);
}

const movieSize = movie(0, 0).length;

/** How long the opening is, whatever follows. */
export const openingSize = mp4Opening(0, Buffer.alloc(24)).length;
