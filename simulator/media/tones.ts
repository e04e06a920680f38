import { Dice } from '../data/random';

/**
 * What recordings sound like: telephone audio (8,000 samples a second, one channel, 8-bit µ-law) of a long melody with
 * a little noise. The noise makes every stretch differ from every other, so that bytes at a wrong place are noticed.
 */

/** Samples, and bytes, in a second. */
export const sampleRate = 8_000;

// A prime: no length of a reader's buffer falls in step with it. 33 seconds.
const tuneLength = 262_147;
const noteLength = sampleRate / 4;
// A pentatonic scale: any two of its notes go together.
const scale = [262, 294, 330, 392, 440, 523, 587, 659];
const loudest = 9_000;
const noiseBits = 11;

let made: Buffer | undefined;

/** The melody, made when it is first heard; all recordings of a process are stretches of it. */
export function melody(): Buffer {
  return (made ??= compose());
}

function compose(): Buffer {
  const sound = Buffer.allocUnsafe(tuneLength);
  const dice = new Dice(8_711);
  const wave = Float64Array.from({ length: sampleRate }, (_, i) => Math.sin((2 * Math.PI * i) / sampleRate));
  const code = codeTable();
  let pitch = 0;
  let phase = 0;
  for (let i = 0; i < tuneLength; i++) {
    const place = i % noteLength;
    if (place === 0) pitch = scale[dice.below(scale.length)] as number;
    phase = (phase + pitch) % sampleRate;
    // Each note dies away, as that of a chime does.
    const loudness = loudest * (1 - place / noteLength);
    const noise = dice.below(1 << noiseBits) - (1 << (noiseBits - 1));
    sound[i] = code[Math.round((wave[phase] as number) * loudness) + noise + 32_768] as number;
  }
  return sound;
}

/** The µ-law codes (ITU-T G.711) of all 16-bit samples; index 0 is −32,768. */
function codeTable(): Uint8Array {
  const bias = 132;
  const clip = 32_635;
  return Uint8Array.from({ length: 65_536 }, (_, index) => {
    const sample = index - 32_768;
    const size = Math.min(Math.abs(sample), clip) + bias;
    const exponent = Math.floor(Math.log2(size)) - 7;
    const mantissa = (size >> (exponent + 3)) & 0x0f;
    return ~((sample < 0 ? 0x80 : 0) | (exponent << 4) | mantissa) & 0xff;
  });
}
