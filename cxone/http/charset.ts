import { createPace } from '../json/pace';

/** Bytes decoded between turns for others. */
const bytesAtOnce = 512 * 1024;
/** A byte that UTF-8 has no use for, so that it is seen later that something was replaced, and where. */
const noUtf8 = Buffer.from([0xff]);

/**
 * A body in UTF-8, whatever the charset that its content type declares; the same body where that is UTF-8 or unknown.
 * What the charset has no character for becomes a byte that is no UTF-8, which is noticed where fields are read.
 */
export async function inUtf8(body: Buffer, contentType: string | undefined): Promise<Buffer> {
  const decoder = decoderOf(contentType);
  if (decoder === null) return body;
  const pace = createPace();
  const parts: Buffer[] = [];
  for (let at = 0; at < body.length; at += bytesAtOnce) {
    parts.push(...encoded(decoder.decode(body.subarray(at, at + bytesAtOnce), { stream: true })));
    await pace.spend(bytesAtOnce);
  }
  parts.push(...encoded(decoder.decode()));
  return Buffer.concat(parts);
}

/** The same for a body that is read as it comes. */
export async function* streamInUtf8(
  body: AsyncIterable<Buffer>,
  contentType: string | undefined,
): AsyncGenerator<Buffer, void, void> {
  const decoder = decoderOf(contentType);
  for await (const chunk of body) {
    if (decoder === null) yield chunk;
    else yield* encoded(decoder.decode(chunk, { stream: true }));
  }
  if (decoder !== null) yield* encoded(decoder.decode());
}

/** Null for UTF-8, also where nothing is declared, or nothing that we know. */
function decoderOf(contentType = ''): InstanceType<typeof TextDecoder> | null {
  const label = /;\s*charset\s*=\s*"?([\w.:+-]+)/i.exec(contentType)?.[1];
  if (label === undefined) return null;
  try {
    const decoder = new TextDecoder(label);
    return decoder.encoding === 'utf-8' ? null : decoder;
  } catch {
    return null;
  }
}

function encoded(text: string): readonly Buffer[] {
  if (!text.includes('\ufffd')) return [Buffer.from(text)];
  return text
    .split('\ufffd')
    .flatMap((part, index) => (index === 0 ? [Buffer.from(part)] : [noUtf8, Buffer.from(part)]));
}
