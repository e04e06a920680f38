import fc from 'fast-check';
import { createScreen } from '../../../../client/status/screen';

const escape = String.fromCodePoint(27);
/** A command, or a character to be shown. */
const pieces = new RegExp(`${escape}\\[\\??\\d*[A-Za-z]|[^${escape}]`, 'g');

/** What a terminal of that size shows after all that was written to it: just what the screen uses is understood. */
function terminal(columns: number, rows: number) {
  let page: string[] = Array.from({ length: rows }, () => 'rubbish');
  let [row, column] = [3, 2];
  let cursor = true;
  let scrolled = false;
  const put = (char: string): void => {
    if (char === '\n') {
      row += 1;
      column = 0;
    } else {
      if (column >= columns) {
        row += 1;
        column = 0;
      }
      const line = (page[row] ?? '').padEnd(column);
      page[row] = line.slice(0, column) + char + line.slice(column + 1);
      column += 1;
    }
    if (row >= rows) scrolled = true;
  };
  const commands: Readonly<Record<string, () => void>> = {
    '\x1b[H': () => ([row, column] = [0, 0]),
    '\x1b[2J': () => (page = page.map(() => '')),
    '\x1b[K': () => (page[row] = (page[row] ?? '').slice(0, column)),
    '\x1b[J': () => (page = page.map((line, n) => (n < row ? line : n === row ? line.slice(0, column) : ''))),
    '\x1b[?25l': () => (cursor = false),
    '\x1b[?25h': () => (cursor = true),
  };
  return {
    isTTY: true,
    columns,
    rows,
    write(text: string): void {
      for (const [part = ''] of text.matchAll(pieces)) {
        const command = commands[part];
        if (command) command();
        else put(part);
      }
    },
    seen: () => page.slice(0, rows).map((line) => line.trimEnd()),
    cursor: () => cursor,
    scrolled: () => scrolled,
  };
}

const text = fc.string({ unit: fc.constantFrom('a', 'b', ' ', '█', '–'), maxLength: 30 });

describe('a look on a terminal', () => {
  it('takes the place of the one before, whatever that was, and never scrolls', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(text, { maxLength: 14 }), { minLength: 1, maxLength: 4 }),
        fc.integer({ min: 12, max: 40 }),
        fc.integer({ min: 3, max: 16 }),
        (looks, columns, rows) => {
          const out = terminal(columns, rows);
          const screen = createScreen(out);
          for (const look of looks) screen.show(look);
          const last = looks.at(-1) ?? [];
          expect(out.scrolled()).toBe(false);
          const seen = out.seen();
          const whole = last.length <= rows - 1;
          const shown = whole ? last : last.slice(0, rows - 2);
          expect(seen.slice(0, shown.length)).toEqual(
            shown.map((line) => line.slice(0, columns - 1).trimEnd()),
          );
          if (!whole) expect(seen[rows - 2]).toMatch(/^… \d/);
          expect(seen.slice(whole ? shown.length : rows - 1).every((line) => line === '')).toBe(true);
        },
      ),
    );
  });

  it('hides the cursor, and brings it back at the end', () => {
    const out = terminal(40, 10);
    const screen = createScreen(out);
    screen.show(['acme']);
    expect(out.cursor()).toBe(false);
    screen.close();
    expect(out.cursor()).toBe(true);
    expect(out.seen()[0]).toBe('acme');
  });

  it('that comes after the end is not shown any more, and hides no cursor', () => {
    const out = terminal(40, 10);
    const screen = createScreen(out);
    screen.show(['acme']);
    screen.close();
    screen.show(['late']);
    expect(out.cursor()).toBe(true);
    expect(out.seen()[0]).toBe('acme');
  });
});

it('elsewhere looks follow each other as plain lines', () => {
  const written: string[] = [];
  const screen = createScreen({ write: (chunk) => written.push(chunk) });
  screen.show(['acme', '  lag']);
  screen.show(['acme']);
  screen.close();
  expect(written.join('')).toBe('acme\n  lag\n\nacme\n\n');
});
