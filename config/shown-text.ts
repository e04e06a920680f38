/**
 * What a terminal acts upon instead of showing it: control characters (ANSI sequences begin with one), line ends,
 * characters that change the direction of the text or have no width, halves of a surrogate pair.
 */
const acting = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;
const named: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/**
 * Text from outside as one line for a terminal: what a terminal would act upon is written as an escape (`\u001b`, `\n`), so
 * that no such text clears a screen, forges a line or turns one around. In the text of a JSON document these escapes
 * mean the same as what they stand for.
 */
export function terminalText(text: string): string {
  return text.replace(acting, escaped);
}

/** The same for text that has lines of its own and stands alone: a tab harms no line, and JSON may be laid out by it. */
export function terminalLines(text: string): readonly string[] {
  return text.split(/\r?\n/).map((line) => line.split('\t').map(terminalText).join('\t'));
}

/** Text from outside in a log, which people read on terminals, too. Our own line ends (of stacks) stay. */
export function logText(text: string): string {
  return text.replace(acting, (character) => (character === '\n' ? character : escaped(character)));
}

function escaped(character: string): string {
  return named[character] ?? character.split('').map(unit).join('');
}

/** `\uXXXX`; two of them for a character beyond the first 65,536. */
function unit(half: string): string {
  return `\\u${half.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
