/**
 * Work on rows as text. Rows are flat JSON objects that may hold what `JSON.parse` would change (ids beyond 2^53),
 * so columns are picked and renamed without parsing them.
 */

// Texts are read in runs, not letter by letter: a note of ten megabytes would exhaust the matcher's stack.
const fieldPattern = /"([^"\\]+)":("[^"\\]*(?:\\.[^"\\]*)*"|\[[^\]]*\]|\{[^}]*\}|[^,}]+)/g;

/** Reads one field of rows, its name given in any case; `undefined` when a row has no such field. */
export function fieldReader(name: string): (row: string) => unknown {
  // A name inside of a text has its quotes escaped, so the first match is the field itself.
  const pattern = new RegExp(
    `"${name.replace(/\W/g, '')}":("[^"\\\\]*(?:\\\\.[^"\\\\]*)*"|\\[[^\\]]*\\]|\\{[^}]*\\}|[^,}]+)`,
    'i',
  );
  return (row) => {
    const value = pattern.exec(row)?.[1];
    return value === undefined ? undefined : (JSON.parse(value) as unknown);
  };
}

/** Keeps the fields whose lower-cased names are given, in the row's own order and spelling. */
export function pickFields(row: string, names: ReadonlySet<string>): string {
  const parts = [...row.matchAll(fieldPattern)].filter(([, field]) =>
    names.has((field as string).toLowerCase()),
  );
  return `{${parts.map(([text]) => text).join(',')}}`;
}

/** Adds a member at the end of a row. */
export function addField(row: string, name: string, value: unknown): string {
  return `${row.slice(0, -1)},"${name}":${JSON.stringify(value)}}`;
}

const oldNames: Readonly<Record<string, string>> = {
  contactStartDate: 'contactStart',
  fromAddress: 'fromAddr',
  toAddress: 'toAddr',
  mediaTypeId: 'mediaType',
  conferenceSeconds: 'confSeconds',
  acwSeconds: 'ACWSeconds',
};

const oldTagNames: Readonly<Record<string, string>> = {
  contactId: 'Contact_Id',
  tagId: 'TagId',
  tagName: 'TagName',
};

/** The row as versions up to v24 spell it (contract §2.3). */
export function toOldNames(row: string): string {
  return row.replace(fieldPattern, (text: string, field: string, value: string) => {
    if (field === 'tags') {
      return `"tags":${value.replace(/"(\w+)":/g, (_, name: string) => `"${oldTagNames[name] ?? name}":`)}`;
    }
    const old = oldNames[field];
    return old === undefined ? text : `"${old}":${value}`;
  });
}

/** The present name of a field that may be given in its old spelling. */
export function toNewName(field: string): string {
  const found = Object.entries(oldNames).find(([, old]) => old.toLowerCase() === field.toLowerCase());
  return found?.[0] ?? field;
}
