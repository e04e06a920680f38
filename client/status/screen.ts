import { terminalText } from '../../config';

/** Where reports are shown, each in place of the last. */
export interface Screen {
  show(lines: readonly string[]): void;
  /** Gives a terminal back as it was, the last report left on it. */
  close(): void;
}

/** The part of `process.stdout` that is needed; sizes in characters, unknown where it is no terminal. */
export interface Terminal {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
  write(text: string): unknown;
}

const home = '\x1b[H';
const clearAll = '\x1b[2J';
const clearLine = '\x1b[K';
const clearBelow = '\x1b[J';
const hideCursor = '\x1b[?25l';
const showCursor = '\x1b[?25h';

/**
 * On a terminal each report replaces the one before, without a flicker, and is cut to what fits: a line that wraps or
 * a page that scrolls would leave rubbish behind. Elsewhere reports follow each other, an empty line between.
 */
export function createScreen(out: Terminal): Screen {
  if (!out.isTTY)
    return {
      show: (lines) => void out.write(`${lines.map(terminalText).join('\n')}\n\n`),
      close: () => undefined,
    };
  let begun = false;
  let closed = false;
  return {
    show(lines) {
      // A report that was under way may come after the screen was closed.
      if (closed) return;
      const fitting = cut(lines, (out.rows ?? 24) - 1).map((line) =>
        terminalText(line).slice(0, (out.columns ?? 80) - 1),
      );
      const page = fitting.map((line) => `${line}${clearLine}\n`).join('');
      out.write(`${begun ? '' : `${hideCursor}${clearAll}`}${home}${page}${clearBelow}`);
      begun = true;
    },
    close() {
      if (begun && !closed) out.write(showCursor);
      closed = true;
    },
  };
}

function cut(lines: readonly string[], most: number): readonly string[] {
  if (lines.length <= most) return lines;
  const kept = Math.max(0, most - 1);
  return [...lines.slice(0, kept), `… ${lines.length - kept} more lines`];
}
