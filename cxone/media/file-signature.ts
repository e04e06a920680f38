/** How many bytes `isMedia` wants to see; a file that has fewer is none. */
export const signatureBytes = 12;

/** Boxes that an MP4 or QuickTime file may begin with; their names follow four bytes of length. */
const boxes = new Set(['ftyp', 'styp', 'moov', 'mdat', 'moof', 'free', 'skip', 'wide']);
const beginnings = [
  'RIFF', // WAV, AVI
  'RIFX',
  'RF64',
  'FORM', // AIFF
  'ID3', // MP3 with tags
  'OggS',
  'fLaC',
  'caff',
  '.snd',
  '#!AMR',
  'FLV\x01',
  '\x1a\x45\xdf\xa3', // EBML: WebM, Matroska
  '\x30\x26\xb2\x75\x8e\x66\xcf\x11', // ASF: WMA, WMV
  '\x00\x00\x01\xba', // MPEG program stream
] as const;

/**
 * Whether a file begins as a container of sound or pictures does. CXone's recordings are MP4 (contract §4.4) and were
 * WAV once; others are let through as well, since what matters is that no page of text passes for a recording.
 */
export function isMedia(head: Buffer): boolean {
  if (head.length < signatureBytes) return false;
  if (boxes.has(head.toString('latin1', 4, 8))) return true;
  const text = head.toString('latin1');
  return beginnings.some((beginning) => text.startsWith(beginning)) || isMpegAudio(head);
}

/** Media files start with binary headers, error pages with a tag or a brace. */
export function isPage(head: Buffer): boolean {
  return /^(?:\xef\xbb\xbf)?\s*(?:<[!?a-z]|[[{]\s*["[{\]}])/i.test(head.toString('latin1'));
}

/** A frame of MP3 or AAC without a container: eleven bits set. FF FE and FF FF would be a byte order mark and noise. */
function isMpegAudio(head: Buffer): boolean {
  const [first = 0, second = 0] = head;
  return first === 0xff && second >= 0xe0 && second < 0xfe;
}

/** Types that media hosts send recordings as: S3 says `binary/octet-stream` where no type was set. */
export function isMediaType(contentType: string): boolean {
  const type = contentType.toLowerCase();
  return /^\s*(?:audio|video|application|binary)\//.test(type) && !/\b(?:html|xml|json|text)\b/.test(type);
}
