/**
 * PostgreSQL text holds neither NUL nor half a surrogate pair, and jsonb refuses their escapes. Such characters become
 * U+FFFD, and the caller notes the field in `sanitised` (docs/architecture.md, invariant 5).
 */
const replacement = '\ufffd';

// With the u flag a surrogate class matches only halves that have no partner.
const unstorable = /[\0\ud800-\udfff]/gu;
const unstorableEscape = /\\u(?:0000|[dD][89a-fA-F])/;
const jsonEscape = /\\u[dD][89abAB][\da-fA-F]{2}\\u[dD][c-fC-F][\da-fA-F]{2}|\\(?:u([\da-fA-F]{4})|[^u])/gs;

/** Text as PostgreSQL can hold it; the same string when nothing had to change. */
export function storableText(text: string): string {
  // Two scans by the engine itself, a hundred times faster than the pattern: a note may have megabytes.
  if (!text.includes('\0') && text.isWellFormed()) return text;
  return text.replace(unstorable, replacement);
}

/** Like `storableText` for JSON text that goes into jsonb: covers `\u0000` and lone `\ud8xx` escapes as well. */
export function storableJson(json: string): string {
  const text = storableText(json);
  if (!unstorableEscape.test(text)) return text;
  // Reading escape by escape keeps an escaped backslash before a harmless "u0000" apart from an escaped NUL.
  return text.replace(jsonEscape, (escape, hex: string | undefined) =>
    hex !== undefined && unstorableEscape.test(escape) ? replacement : escape,
  );
}

/**
 * JSON text as PostgreSQL text can hold it without losing anything: characters it cannot hold are written as JSON
 * escapes, which mean the same when parsed again.
 */
export function replayableJson(json: string): string {
  if (!json.includes('\0') && json.isWellFormed()) return json;
  return json.replace(
    unstorable,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** The top-level fields of a JSON object whose name or value PostgreSQL cannot hold as it is, in storable spelling. */
export function unstorableFields(json: string, otherwise: string): readonly string[] {
  try {
    const fields = Object.entries(JSON.parse(json) as Record<string, unknown>)
      .filter(
        (entry) =>
          unstorableEscape.test(JSON.stringify(entry)) &&
          storableJson(JSON.stringify(entry)) !== JSON.stringify(entry),
      )
      .map(([field]) => storableText(field));
    return fields.length > 0 ? fields : [otherwise];
  } catch {
    return [otherwise];
  }
}
