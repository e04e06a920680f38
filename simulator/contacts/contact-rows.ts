import type { BadRecords } from './bad-records';
import type { ContactFacts } from './contact-facts';
import type { ContactSource } from './contact-source';
import type { ContactWriter } from './contact-json';
import { dayOfContact, numberOfContact } from './contact-id';
import type { Edits } from './mutations';
import { createLru } from '../data/lru';

/** Rows as JSON text in UTF-8, ready to be sent, exactly as the API serves them at a moment. */
export interface ContactRows {
  /** The rows with these ids, in this order; ids must exist. */
  read(ids: ArrayLike<number>, now: number): Buffer[];
  /** Moves when rows read differently for another reason than time or edits. */
  revision(): number;
}

interface Block {
  readonly rows: readonly (Buffer | undefined)[];
  /** The rows read the same from the first moment (inclusive) to the second (exclusive), epoch ms. */
  readonly from: number;
  readonly until: number;
}

const blockSize = 256;
/** A block is written as a whole when a page wants at least this many of its rows. */
const worthABlock = 48;

interface Parts {
  readonly source: ContactSource;
  readonly write: ContactWriter;
  readonly edits: Edits;
  readonly badRecords: BadRecords;
  /** Memory for blocks of rows, in bytes. */
  readonly bytesKept: number;
}

/** Creates the reader. Blocks of neighbouring rows are remembered while nothing in them changes. */
export function createContactRows({ source, write, edits, badRecords, bytesKept }: Parts): ContactRows {
  const kept = createLru<Block>(bytesKept);

  const readOne = (facts: ContactFacts, now: number): Buffer =>
    Buffer.from(badRecords.spoil(facts.contactId, write(facts, now)));

  const keyOf = (day: number, block: number): string =>
    `${day}/${block}/${badRecords.revision}/${edits.days.has(day) ? edits.revision : ''}`;

  const buildBlock = (day: number, block: number, now: number): Block => {
    const rows: (Buffer | undefined)[] = [];
    let from = -Infinity;
    let until = Infinity;
    let bytes = 0;
    const first = block * blockSize;
    for (let number = first; number < Math.min(first + blockSize, source.perDay); number++) {
      const facts = source.facts(day, number);
      for (const change of [facts.visibleAt, facts.acwAt, facts.analyticsAt, facts.correctedAt]) {
        if (change <= now) from = Math.max(from, change);
        else until = Math.min(until, change);
      }
      const row = facts.visibleAt <= now ? readOne(facts, now) : undefined;
      rows.push(row);
      bytes += row?.length ?? 0;
    }
    const built = { rows, from, until };
    kept.set(keyOf(day, block), built, bytes);
    return built;
  };

  const read = (ids: ArrayLike<number>, now: number): Buffer[] => {
    const wanted = new Map<string, number>();
    const keys: string[] = [];
    for (let i = 0; i < ids.length; i++) {
      const id = ids[i] as number;
      const key = keyOf(dayOfContact(id), Math.floor(numberOfContact(id) / blockSize));
      keys.push(key);
      wanted.set(key, (wanted.get(key) ?? 0) + 1);
    }
    const blocks = new Map<string, Block | undefined>();
    return keys.map((key, i) => {
      const id = ids[i] as number;
      const number = numberOfContact(id);
      if (!blocks.has(key)) {
        const known = kept.get(key);
        const isFresh = known !== undefined && known.from <= now && now < known.until;
        const isWorthIt = number < source.perDay && (wanted.get(key) ?? 0) >= worthABlock;
        if (isFresh) blocks.set(key, known);
        else
          blocks.set(
            key,
            isWorthIt ? buildBlock(dayOfContact(id), Math.floor(number / blockSize), now) : undefined,
          );
      }
      const row = blocks.get(key)?.rows[number % blockSize];
      return row ?? readOne(source.facts(dayOfContact(id), number), now);
    });
  };

  return { read, revision: () => badRecords.revision };
}
