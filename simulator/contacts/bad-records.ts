import { hash } from '../data/random';
import type { BadRecordKind } from '../http/fault-names';

/**
 * Ways in which a record can be wrong (contract §8), each an edit of the row's JSON text: text,
 * because several of them cannot pass through `JSON.parse` unharmed.
 */
const spoilers = {
  nul: (row) => replaceField(row, 'dispositionNotes', String.raw`"before\u0000after"`),
  loneSurrogate: (row) => replaceField(row, 'dispositionNotes', String.raw`"cut \ud83d off"`),
  missingKey: (row) => row.replace(/"contactId":[^,}]*,/, ''),
  nullKey: (row) => replaceField(row, 'contactId', 'null'),
  idAsText: (row, id) => replaceField(row, 'contactId', `"${id}"`),
  // Odd, nineteen digits, below 2^63: a parser that goes through doubles cannot keep it.
  hugeId: (row, id) => replaceField(row, 'contactId', hugeIdOf(id)),
  // Beyond 2^63: no bigint column holds it.
  giantId: (row, id) => replaceField(row, 'contactId', `99${id}000000003`),
  typeFlip: (row) => replaceField(row, 'holdCount', '"several"'),
  numberAsText: (row) => row.replace(/"holdCount":(\d+)/, '"holdCount":"$1"'),
  booleanAsText: (row) => row.replace(/"isTakeover":(true|false)/, '"isTakeover":"$1"'),
  badDate: (row) => replaceField(row, 'contactStartDate', '"yesterday"'),
  newField: (row) => row.replace(/}$/, ',"customerMood":"calm","npsScores":[9,10]}'),
  proto: (row) => row.replace(/}$/, ',"__proto__":{"polluted":true}}'),
  groupedNumber: (row) => replaceField(row, 'totalDurationSeconds', '"1,234.5"'),
  hugeNote: (row) => replaceField(row, 'dispositionNotes', `"${'long note '.repeat(30_000)}"`),
  // A parser whose time grows with the square of the digits never comes back from this one.
  digitNote: (row) => replaceField(row, 'dispositionNotes', `"${'7'.repeat(600_000)}"`),
  // Deeper than recursion can go.
  deep: (row) => row.replace(/}$/, `,"customerPath":${'['.repeat(20_000)}${']'.repeat(20_000)}}`),
  // More than a double holds: in an unknown field, and in one that has a column.
  longNumber: (row) => row.replace(/}$/, `,"customerScore":${'9'.repeat(400)},"customerRate":1e400}`),
  hugeNumber: (row) => replaceField(row, 'totalDurationSeconds', '1e400'),
  // Ten megabytes: meant for one contact among many thousands.
  giantNote: (row) => replaceField(row, 'dispositionNotes', `"${'long note '.repeat(1_048_576)}"`),
} as const satisfies Record<BadRecordKind, (row: string, contactId: number) => string>;

/** The id that a row spoilt with `hugeId` is served under, in decimal digits. */
export function hugeIdOf(contactId: number): string {
  return `7${contactId}000003`;
}

/** Which contacts are spoilt, and how: a property of the contact, so that every page and the truth agree. */
export type BadRecords = ReturnType<typeof createBadRecords>;

export function createBadRecords(seed: number) {
  let chosen: readonly BadRecordKind[] = [];
  let one = 100;
  let revision = 0;
  const kindOf = (contactId: number): BadRecordKind | undefined => {
    if (chosen.length === 0) return undefined;
    const draw = hash(seed, contactId % 4294967296, Math.floor(contactId / 4294967296), 77);
    return draw % one === 0 ? chosen[Math.floor(draw / one) % chosen.length] : undefined;
  };
  return {
    /** Moves whenever rows may read differently from before. */
    get revision(): number {
      return revision;
    },

    /** Spoils about one contact in `every`, taking the kinds in turn by chance; no kinds: none. */
    use(kinds: readonly BadRecordKind[], every: number): void {
      const same = every === one && kinds.join(',') === chosen.join(',');
      if (same) return;
      chosen = [...kinds];
      one = every;
      revision++;
    },

    /** How a contact is spoilt; `undefined` for a sound one. */
    kindOf,

    /** The row's text as it is served. */
    spoil(contactId: number, row: string): string {
      const kind = kindOf(contactId);
      return kind === undefined ? row : spoilers[kind](row, contactId);
    },
  };
}

function replaceField(row: string, name: string, text: string): string {
  return row.replace(
    new RegExp(`"${name}":("[^"\\\\]*(?:\\\\.[^"\\\\]*)*"|[^,}]*)`),
    () => `"${name}":${text}`,
  );
}
