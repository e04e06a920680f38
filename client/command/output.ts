import { terminalLines, terminalText } from '../../config';

/**
 * Where a command writes: results to stdout, progress and messages to stderr. Whatever passes here is one
 * line and nothing but text: what a terminal would act upon is escaped (`terminalText`), since names, reasons and messages
 * are written by others.
 */
export type Output = ReturnType<typeof createOutput>;

export interface OutputOptions {
  readonly json?: boolean | undefined;
  readonly quiet?: boolean | undefined;
}

/** Between two progress lines where there is no terminal, in ms. */
const plainEveryMs = 5_000;

/** The process's own stdout and stderr. */
export function createOutput({ json = false, quiet = false }: OutputOptions, now: () => number = Date.now) {
  const terminal = process.stderr.isTTY;
  let open = false;
  let lastPlain = 0;
  const endProgress = (): void => {
    if (open) process.stderr.write('\n');
    open = false;
  };
  return {
    json,
    /** A line of the result; left out with `--json`. */
    result(line: string): void {
      endProgress();
      if (!json) process.stdout.write(`${terminalText(line)}\n`);
    },
    /** Text with lines of its own, as the only result; left out with `--json`. */
    block(text: string): void {
      endProgress();
      if (!json) process.stdout.write(`${terminalLines(text).join('\n')}\n`);
    },
    /** The one JSON document of `--json`; left out without it. */
    document(value: unknown): void {
      endProgress();
      if (json) process.stdout.write(`${jsonText(value)}\n`);
    },
    /** A message on the way; left out with `--quiet`. */
    note(line: string): void {
      endProgress();
      if (!quiet) process.stderr.write(`${terminalText(line)}\n`);
    },
    /** A line that replaces the last one on a terminal, and is written now and then elsewhere. */
    progress(line: string): void {
      if (quiet) return;
      if (terminal) {
        process.stderr.write(`\r\x1b[2K${terminalText(line).slice(0, (process.stderr.columns ?? 80) - 1)}`);
        open = true;
      } else if (now() - lastPlain >= plainEveryMs) {
        lastPlain = now();
        process.stderr.write(`${terminalText(line)}\n`);
      }
    },
    /** Ends a progress line, so that what follows starts on a line of its own. */
    endProgress,
  };
}

/** A JSON document for stdout, which may be a terminal: the escapes mean the same as the characters. */
export function jsonText(value: unknown): string {
  return terminalText(JSON.stringify(value));
}

/** `1234567` → `1,234,567`. */
export function count(n: number): string {
  return n.toLocaleString('en-US');
}

/** Bytes in the largest unit that leaves a readable figure. */
export function size(bytes: number): string {
  if (bytes < 1e6) return `${(bytes / 1e3).toFixed(1)} kB`;
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(2)} GB`;
}

/** Milliseconds for a reader: `850 ms`, `12.3 s`, `4 min 5 s`. */
export function duration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${(ms / 1_000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1_000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** A bar of 24 cells, with the share in per cent; empty while the whole is unknown. */
export function bar(done: number, whole: number | null): string {
  if (whole === null) return '';
  const share = whole === 0 ? 1 : Math.min(1, done / whole);
  const cells = Math.round(share * 24);
  return `[${'█'.repeat(cells)}${'░'.repeat(24 - cells)}] ${Math.floor(share * 100)} %`;
}

/** Seconds in the two largest units that say something; what is past or to come by a little is `0 s`. */
export function span(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const units: readonly (readonly [string, number])[] = [
    ['d', 86_400],
    ['h', 3_600],
    ['min', 60],
    ['s', 1],
  ];
  const first = units.findIndex(([, length]) => whole >= length);
  if (first < 0) return '0 s';
  let left = whole;
  const parts = units.slice(first, first + 2).map(([name, length]) => {
    const n = Math.floor(left / length);
    left -= n * length;
    return { n, text: `${n} ${name}` };
  });
  return parts
    .filter(({ n }) => n > 0)
    .map(({ text }) => text)
    .join(' ');
}
