import { type Command, InvalidArgumentError } from 'commander';

/** Flags that every command takes. */
export interface CommonFlags {
  readonly json?: boolean;
  readonly quiet?: boolean;
}

export function addCommonFlags(command: Command): Command {
  return command
    .option('--json', 'one JSON document on stdout instead of text')
    .option('--quiet', 'no progress and no notes on stderr');
}

/** Reads `12,34` as ids. */
export function idList(text: string): number[] {
  const ids = text.split(',').map((part) => part.trim());
  if (ids.every((id) => /^[1-9]\d{0,14}$/.test(id))) return ids.map(Number);
  throw new InvalidArgumentError('expected ids separated by commas, such as 12,34');
}

/** Reads `30s`, `5m`, `6h` or `1d` as milliseconds. */
export function milliseconds(text: string): number {
  const match = /^([1-9]\d{0,5})([smhd])$/.exec(text);
  if (match) return Number(match[1]) * { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }[match[2] as 's'];
  throw new InvalidArgumentError('expected a time such as 30s, 5m, 6h or 1d');
}

/** Reads a whole number of at least `least`. */
export function wholeNumber(least: number, most = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const n = Number(text);
    if (/^\d+$/.test(text) && n >= least && n <= most) return n;
    throw new InvalidArgumentError(`expected a whole number from ${least} to ${most}`);
  };
}
