/** Control characters, line ends, characters that turn text around or have no width, halves of a surrogate pair. */
const acting = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;
const named: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** What makes text into something else wherever it stands: emphasis, code, links, images, HTML, tables, entities. */
const special = /[\\`*[\]<>|~&]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])/g;
/** What Web UI makes a link of without any brackets: addresses and mail addresses. */
const linked = /:(?=\/\/)|(?<=www)\.|@|(?<=mailto|xmpp):/gi;
/** What begins a heading, a list, a quotation, a rule or a block of code. */
const leading = /^([#>+\-=]|\d{1,9}(?=[.)]))/;

/**
 * Words that are not this file's, as text of Web UI's details, which it shows as Markdown: they are one line, and nothing in
 * them becomes a link, a heading or an emphasis. What has no meaning is left alone, since the details are read unrendered,
 * too (`temporal workflow describe`).
 */
export function markdownText(text: string): string {
  return text
    .replace(special, '\\$&')
    .replace(linked, '\\$&')
    .replace(/^\s+/, '')
    .replace(leading, (start) => (/\d/.test(start) ? `${start}\\` : `\\${start}`))
    .replace(acting, escaped);
}

/** The text that `markdownText` was made of, but for what could not be shown. */
export function textOfMarkdown(markdown: string): string {
  return markdown.replace(/\\([!-/:-@[-`{-~])/g, '$1');
}

function escaped(character: string): string {
  return named[character] ?? character.split('').map(unit).join('');
}

function unit(half: string): string {
  return `\\u${half.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
