import type { ReadCode } from '../../errors';

/**
 * What a backfill knows of its windows. Pure and serialisable: it travels whole through continue-as-new, with the
 * children in flight.
 *
 * Every window has exactly one mark, so it is counted exactly once whatever comes in, in any order and however often.
 * Ten thousand windows at most (backfill-input.ts), hence one letter for each.
 *
 * ```
 *   .  ──looked up──►  s  complete in the ledger: skipped
 *   │                  r  ready ──taken──► i  in flight ──► c  complete
 *   └──looked up──────►┘  ▲                    │ │
 *                         └─retryFailed── f ◄──┘ └──► p  parked: has no slot ──► c, f
 * ```
 */
export type Mark = '.' | 's' | 'r' | 'i' | 'c' | 'f' | 'p';

/** A child that was started, or found running under its id (`joined`): that one does not signal this backfill. */
export interface Flight {
  readonly window: number;
  /** The child's first run id; absent until its start is confirmed. */
  readonly run?: string;
  readonly joined?: true;
}

export interface WindowFailure {
  readonly window: number;
  readonly code: ReadCode;
}

/** A moment at which a window was complete, for the pace. Epoch ms. */
interface Step {
  readonly at: number;
  readonly contacts: number;
  readonly recordings: number;
}

export interface BackfillState {
  readonly marks: string;
  readonly flights: readonly Flight[];
  /** The codes of the first failures, not of all: the others are in the ledger. */
  readonly failures: readonly WindowFailure[];
  /** Of complete windows. */
  readonly contacts: number;
  readonly recordings: number;
  readonly concurrency: number;
  readonly paused: boolean;
  /** The latest windows that were completed; the first is where the pace is measured from. */
  readonly steps: readonly Step[];
}

/** How a window's run ended, or that it is parked. */
export interface WindowOutcome {
  readonly window: number;
  readonly outcome: 'complete' | 'incomplete' | 'failed' | 'parked';
  readonly contacts: number;
  readonly recordings: number;
  readonly code?: ReadCode | undefined;
  /** First run id of the sender; messages from a run that was replaced since are ignored. */
  readonly run?: string | undefined;
}

export interface Counts {
  readonly windows: number;
  readonly complete: number;
  readonly skipped: number;
  readonly running: number;
  readonly parked: number;
  readonly failed: number;
  /** Not begun. */
  readonly remaining: number;
}

/** Failures that keep their codes: with 10,000 marks they stay within the 16 KiB of a payload. */
export const failuresKept = 50;
const stepsKept = 17;

export function newBackfill(windows: number, concurrency: number, now: number): BackfillState {
  return {
    marks: '.'.repeat(windows),
    flights: [],
    failures: [],
    contacts: 0,
    recordings: 0,
    concurrency,
    paused: false,
    steps: [{ at: now, contacts: 0, recordings: 0 }],
  };
}

/** The windows that the ledger is to be asked about next, at most `most`; null when enough are ready. */
export function toLookUp(state: BackfillState, most: number): { first: number; count: number } | null {
  const first = state.marks.indexOf('.');
  if (first < 0 || state.paused || freeSlots(state) <= countOf(state, 'r')) return null;
  return { first, count: Math.min(most, state.marks.length - first) };
}

/** Takes note of the ledger's answer: `complete` of the windows asked about are to be skipped, the others are ready. */
export function lookedUp(
  state: BackfillState,
  asked: { readonly first: number; readonly count: number },
  complete: ReadonlySet<number>,
): BackfillState {
  let marks = state.marks.slice(0, asked.first);
  for (let window = asked.first; window < asked.first + asked.count; window += 1) {
    marks += state.marks[window] === '.' ? (complete.has(window) ? 's' : 'r') : state.marks[window];
  }
  return { ...state, marks: marks + state.marks.slice(asked.first + asked.count) };
}

/** The windows to start now, in order, as many as there are free slots; they count as in flight from here on. */
export function takeReady(state: BackfillState): {
  readonly windows: readonly number[];
  readonly state: BackfillState;
} {
  const windows: number[] = [];
  let at = state.paused ? -1 : state.marks.indexOf('r');
  while (at >= 0 && windows.length < freeSlots(state)) {
    windows.push(at);
    at = state.marks.indexOf('r', at + 1);
  }
  const flights = [...state.flights, ...windows.map((window) => ({ window }))];
  return { windows, state: { ...state, flights, marks: withMarks(state.marks, windows, 'i') } };
}

/** The start of a child is confirmed, or one was found running under its id. */
export function confirmed(state: BackfillState, flight: Flight): BackfillState {
  return {
    ...state,
    flights: state.flights.map((one) =>
      one.window === flight.window && one.run === undefined && !one.joined ? flight : one,
    ),
  };
}

/**
 * Takes note of an outcome: by the child's signal, by its end seen in the same run, or by polling it. The same
 * outcome comes several ways; one that is known changes nothing.
 */
export function ended(state: BackfillState, news: WindowOutcome, now: number): BackfillState {
  const { window } = news;
  const mark = state.marks[window] as Mark | undefined;
  const flight = state.flights.find((one) => one.window === window);
  const replaced = news.run !== undefined && flight?.run !== undefined && news.run !== flight.run;
  if (mark === undefined || replaced) return state;
  // Not begun, or counted for good.
  if (mark === '.' || mark === 's' || mark === 'c') return state;
  if (news.outcome === 'complete') {
    // Also of a window that had failed: its run was reset, or resumed by hand.
    const { contacts, recordings } = news;
    return {
      ...settled(state, window, 'c'),
      contacts: state.contacts + contacts,
      recordings: state.recordings + recordings,
      steps: [...state.steps, { at: now, contacts, recordings }].slice(-stepsKept),
    };
  }
  // A window that waits for its retry is known to have failed.
  if (mark === 'r') return state;
  if (news.outcome === 'parked') return mark === 'p' ? state : settled(state, window, 'p');
  if (mark === 'f') return state;
  const code = news.code ?? (news.outcome === 'incomplete' ? 'WindowIncomplete' : 'Unexpected');
  const failed = settled(state, window, 'f');
  if (failed.failures.length >= failuresKept) return failed;
  return { ...failed, failures: [...failed.failures, { window, code }] };
}

/** Failed windows are ready once more. */
export function retryFailed(state: BackfillState): BackfillState {
  return { ...state, failures: [], marks: state.marks.replaceAll('f', 'r') };
}

/** No new window is begun while paused; those in flight go on. */
export function setPaused(state: BackfillState, paused: boolean, now: number): BackfillState {
  // A pause says nothing about the pace.
  return { ...state, paused, steps: paused ? state.steps : [{ at: now, contacts: 0, recordings: 0 }] };
}

/** True when nothing is left to begin or to wait for. Parked windows wait for a person, not for us. */
export function isFinished({ marks }: BackfillState): boolean {
  return !/[.ri]/.test(marks);
}

/** True when a window could be started, or looked up, right now. */
export function canBegin(state: BackfillState): boolean {
  return !state.paused && freeSlots(state) > 0 && /[.r]/.test(state.marks);
}

export function countsOf(state: BackfillState): Counts {
  return {
    windows: state.marks.length,
    complete: countOf(state, 'c'),
    skipped: countOf(state, 's'),
    running: countOf(state, 'i'),
    parked: countOf(state, 'p'),
    failed: countOf(state, 'f'),
    remaining: countOf(state, 'r') + countOf(state, '.'),
  };
}

/** The windows with a mark, in order, at most `most`. */
export function windowsMarked({ marks }: BackfillState, mark: Mark, most: number): readonly number[] {
  const windows: number[] = [];
  for (let at = marks.indexOf(mark); at >= 0 && windows.length < most; at = marks.indexOf(mark, at + 1)) {
    windows.push(at);
  }
  return windows;
}

/** Windows, contacts and recordings per second over the latest windows; null until one is complete. */
export function paceOf({ steps }: BackfillState): {
  readonly windows: number;
  readonly contacts: number;
  readonly recordings: number;
} | null {
  const [first, ...since] = steps;
  const seconds = ((since.at(-1)?.at ?? 0) - (first?.at ?? 0)) / 1_000;
  if (since.length === 0 || seconds <= 0) return null;
  const total = (of: 'contacts' | 'recordings'): number => since.reduce((sum, step) => sum + step[of], 0);
  return {
    windows: since.length / seconds,
    contacts: total('contacts') / seconds,
    recordings: total('recordings') / seconds,
  };
}

/** For continue-as-new: `ccccs` as `c4s`. Letters and digits do not mix, so it can be read back. */
export function packMarks(marks: string): string {
  return marks.replace(/(.)\1+/g, (run, mark: string) => `${mark}${run.length}`);
}

export function unpackMarks(packed: string): string {
  return packed.replace(/([^\d])(\d+)/g, (_, mark: string, times: string) => mark.repeat(Number(times)));
}

function settled(state: BackfillState, window: number, mark: Mark): BackfillState {
  return {
    ...state,
    marks: withMarks(state.marks, [window], mark),
    flights: state.flights.filter((one) => one.window !== window),
    failures: state.failures.filter((one) => one.window !== window),
  };
}

function freeSlots({ concurrency, flights }: BackfillState): number {
  return Math.max(0, concurrency - flights.length);
}

function countOf({ marks }: BackfillState, mark: Mark): number {
  let count = 0;
  for (const one of marks) if (one === mark) count += 1;
  return count;
}

function withMarks(marks: string, windows: readonly number[], mark: Mark): string {
  let changed = marks;
  for (const window of windows) changed = changed.slice(0, window) + mark + changed.slice(window + 1);
  return changed;
}
