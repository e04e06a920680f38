/** A half-open span of time. */
export interface Range {
  readonly from: Date;
  readonly to: Date;
}

const units: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Reads `1d`, `12h` or `90m` as milliseconds; null for anything else, and for nothing. */
export function readSpan(text: string): number | null {
  const [, digits = '', unit = ''] = /^([1-9]\d{0,4})([mhd])$/.exec(text) ?? [];
  const ms = Number(digits) * (units[unit] ?? 0);
  return ms > 0 ? ms : null;
}

/** Cuts a range into pieces of at most `ms`, in order, without gap or overlap; the last may be shorter. */
export function cut({ from, to }: Range, ms: number): readonly Range[] {
  const pieces = Math.ceil((to.getTime() - from.getTime()) / ms);
  return Array.from({ length: pieces }, (_, index) => ({
    from: new Date(from.getTime() + index * ms),
    to: new Date(Math.min(from.getTime() + (index + 1) * ms, to.getTime())),
  }));
}

/** The two halves of a range. */
export function halves({ from, to }: Range): readonly [Range, Range] {
  const middle = new Date(Math.floor((from.getTime() + to.getTime()) / 2));
  return [
    { from, to: middle },
    { from: middle, to },
  ];
}
