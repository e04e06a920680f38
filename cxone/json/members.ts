import { createScanner } from './scan';

/** A member of an object, by where it is. */
export interface Member {
  readonly key: string;
  /** Of the whole member, key included. */
  readonly start: number;
  readonly end: number;
  /** Levels of containers in its value. */
  readonly depth: number;
  readonly values: number;
}

/**
 * The members of the object that the bytes are, in order, doubles included; none when they are no object, or have more
 * members than `atMost`. Values are passed over, not parsed, so that neither their depth nor their bytes matter.
 * @throws SyntaxError when the brackets do not match, or a member has no key
 */
export function membersOf(bytes: Buffer, atMost = Number.POSITIVE_INFINITY): readonly Member[] {
  const scanner = createScanner(bytes, 'members');
  scanner.advance(bytes.length);
  const elements = scanner.scan.lists[0]?.elements ?? [];
  if (elements.length > atMost) return [];
  return elements.map(({ start, end, depth, values }) => {
    const endOfKey = endOfText(bytes, start, end);
    let colon = endOfKey;
    while (colon < end && (bytes[colon] as number) <= 0x20) colon += 1;
    if (bytes[start] !== 0x22 || bytes[colon] !== 0x3a) throw new SyntaxError('a member has no key');
    const key = JSON.parse(bytes.toString('utf8', start, endOfKey)) as string;
    return { key, start, end, depth, values };
  });
}

function endOfText(bytes: Buffer, start: number, end: number): number {
  for (let at = start + 1; at < end; at += 1) {
    if (bytes[at] === 0x22) return at + 1;
    if (bytes[at] === 0x5c) at += 1;
  }
  return end;
}

/** The bytes of an object without some of its members; the same bytes when none is to go. */
export function withoutMembers(bytes: Buffer, goes: (key: string) => boolean): Buffer {
  const members = membersOf(bytes);
  const kept = members.filter(({ key }) => !goes(key));
  if (kept.length === members.length) return bytes;
  const pieces = kept.flatMap(({ start, end }, index) => [
    Buffer.from(index === 0 ? '{' : ','),
    bytes.subarray(start, end),
  ]);
  return Buffer.concat([...pieces, Buffer.from(kept.length === 0 ? '{}' : '}')]);
}
