/** A part of a range that lies within one UTC day; half-open. */
export interface DaySpan {
  /** `2026-11-01` */
  readonly day: string;
  readonly from: Date;
  readonly to: Date;
}

const dayMs = 86_400_000;

/** Cuts [from, to) at every midnight UTC. */
export function* utcDays(from: Date, to: Date): Generator<DaySpan> {
  let start = from.getTime();
  while (start < to.getTime()) {
    const end = Math.min(Math.floor(start / dayMs) * dayMs + dayMs, to.getTime());
    const first = new Date(start);
    yield { day: first.toISOString().slice(0, 10), from: first, to: new Date(end) };
    start = end;
  }
}
