import fc from 'fast-check';
import * as windows from '../../../../workflows/backfill/backfill-state';

type State = windows.BackfillState;

/** One thing that can happen to a backfill. */
type Event =
  | { readonly kind: 'begin' | 'pause' | 'resume' | 'retry' | 'continue' | 'silence' }
  | { readonly kind: 'lookUp'; readonly most: number; readonly done: readonly number[] }
  | { readonly kind: 'end'; readonly pick: number; readonly outcome: Outcome; readonly times: number }
  | { readonly kind: 'late'; readonly pick: number; readonly outcome: Outcome };
type Outcome = windows.WindowOutcome['outcome'];

const outcome = fc.constantFrom<Outcome>('complete', 'incomplete', 'failed', 'parked');
const event: fc.Arbitrary<Event> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('begin' as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constantFrom('pause' as const, 'resume', 'retry', 'continue', 'silence'),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('lookUp' as const),
      most: fc.integer({ min: 1, max: 10 }),
      done: fc.array(fc.nat(40)),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('end' as const),
      pick: fc.nat(),
      outcome,
      times: fc.integer({ min: 1, max: 3 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('late' as const), pick: fc.nat(), outcome }) },
);

/** A source of children around the state: what was started, and what each run said first. */
class Simulation {
  state: State;
  runs = 0;
  /** Every run ever started: window → its runs. */
  readonly started = new Map<number, string[]>();
  readonly contactsOf = (window: number): number => 100 + window;

  constructor(count: number, concurrency: number) {
    this.state = windows.newBackfill(count, concurrency, 0);
  }

  begin(): void {
    const taken = windows.takeReady(this.state);
    this.state = taken.state;
    for (const window of taken.windows) {
      const run = `run-${(this.runs += 1)}`;
      this.started.set(window, [...(this.started.get(window) ?? []), run]);
      this.state = windows.confirmed(this.state, { window, run });
    }
  }

  notify(window: number, run: string | undefined, outcomeNow: Outcome): void {
    const contacts = outcomeNow === 'complete' ? this.contactsOf(window) : 0;
    const news = { window, run, outcome: outcomeNow, contacts, recordings: 1 };
    this.state = windows.ended(this.state, news, this.runs);
  }

  apply(happened: Event): void {
    switch (happened.kind) {
      case 'begin':
        this.begin();
        return;
      case 'pause':
      case 'resume':
        this.state = windows.setPaused(this.state, happened.kind === 'pause', 0);
        return;
      case 'retry':
        this.state = windows.retryFailed(this.state);
        return;
      case 'continue': {
        const carried = { ...this.state, marks: windows.packMarks(this.state.marks) };
        const arrived = JSON.parse(JSON.stringify(carried)) as State;
        this.state = { ...arrived, marks: windows.unpackMarks(arrived.marks) };
        return;
      }
      case 'silence': {
        // Polling the children finds one that was terminated.
        const flight = this.state.flights[0];
        if (flight) this.notify(flight.window, flight.run, 'failed');
        return;
      }
      case 'lookUp': {
        const asked = windows.toLookUp(this.state, happened.most);
        if (asked) this.state = windows.lookedUp(this.state, asked, new Set(happened.done));
        return;
      }
      case 'end': {
        const flight = this.state.flights[happened.pick % Math.max(1, this.state.flights.length)];
        if (!flight) return;
        for (let n = 0; n < happened.times; n += 1) this.notify(flight.window, flight.run, happened.outcome);
        return;
      }
      case 'late': {
        // Any run that ever was says something again: a duplicate, or one that was resumed or reset.
        const all = [...this.started].flatMap(([window, runs]) => runs.map((run) => ({ window, run })));
        const one = all[happened.pick % Math.max(1, all.length)];
        if (one) this.notify(one.window, one.run, happened.outcome);
      }
    }
  }

  /** Lets everything complete. */
  finish(): void {
    this.state = windows.setPaused(windows.retryFailed(this.state), false, 0);
    for (let turn = 0; !windows.isFinished(this.state); turn += 1) {
      if (turn > 10_000) throw new Error('the backfill does not end');
      const asked = windows.toLookUp(this.state, 7);
      if (asked) this.state = windows.lookedUp(this.state, asked, new Set());
      this.begin();
      for (const { window, run } of this.state.flights) this.notify(window, run, 'complete');
    }
  }
}

const worlds = fc.tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 6 }), fc.array(event));

function sum(counts: windows.Counts): number {
  const { complete, skipped, running, parked, failed, remaining } = counts;
  return complete + skipped + running + parked + failed + remaining;
}

describe('the state of a backfill, whatever happens in whatever order', () => {
  it('counts every window exactly once, and its contacts with it', () => {
    fc.assert(
      fc.property(worlds, ([count, concurrency, events]) => {
        const simulation = new Simulation(count, concurrency);
        for (const one of events) {
          simulation.apply(one);
          expect(sum(windows.countsOf(simulation.state))).toBe(count);
          const complete = windows.windowsMarked(simulation.state, 'c', count);
          expect(simulation.state.contacts).toBe(
            complete.reduce((all, w) => all + simulation.contactsOf(w), 0),
          );
          expect(simulation.state.recordings).toBe(complete.length);
        }
      }),
    );
  });

  it('never has more windows in flight than the concurrency, and each in one flight', () => {
    fc.assert(
      fc.property(worlds, ([count, concurrency, events]) => {
        const simulation = new Simulation(count, concurrency);
        for (const one of events) {
          simulation.apply(one);
          const inFlight = simulation.state.flights.map(({ window }) => window);
          expect(inFlight.length).toBeLessThanOrEqual(concurrency);
          expect([...inFlight].sort((a, b) => a - b)).toEqual(
            windows.windowsMarked(simulation.state, 'i', count),
          );
        }
      }),
    );
  });

  it('starts a window again only after it failed', () => {
    fc.assert(
      fc.property(worlds, ([count, concurrency, events]) => {
        const simulation = new Simulation(count, concurrency);
        const retries = new Map<number, number>();
        for (const one of events) {
          if (one.kind === 'retry') {
            for (const w of windows.windowsMarked(simulation.state, 'f', count))
              retries.set(w, (retries.get(w) ?? 0) + 1);
          }
          simulation.apply(one);
        }
        for (const [window, runs] of simulation.started) {
          expect(runs.length).toBeLessThanOrEqual(1 + (retries.get(window) ?? 0));
        }
      }),
    );
  });

  it('forgets nothing: what is not parked comes to its end', () => {
    fc.assert(
      fc.property(worlds, ([count, concurrency, events]) => {
        const simulation = new Simulation(count, concurrency);
        for (const one of events) simulation.apply(one);
        simulation.finish();
        const { complete, skipped, parked, failed } = windows.countsOf(simulation.state);
        expect(complete + skipped + parked).toBe(count);
        expect(failed).toBe(0);
        expect(simulation.state.flights).toEqual([]);
        expect(simulation.state.failures).toEqual([]);
      }),
    );
  });

  it('is the same after continue-as-new', () => {
    fc.assert(
      fc.property(worlds, ([count, concurrency, events]) => {
        const simulation = new Simulation(count, concurrency);
        for (const one of events) simulation.apply(one);
        const before = simulation.state;
        simulation.apply({ kind: 'continue' });
        expect(simulation.state).toEqual(before);
      }),
    );
  });

  it('keeps codes of failed windows only, and no more than fit into a payload', () => {
    fc.assert(
      fc.property(worlds, ([count, concurrency, events]) => {
        const simulation = new Simulation(count, concurrency);
        for (const one of events) simulation.apply(one);
        const failed = windows.windowsMarked(simulation.state, 'f', count);
        expect(simulation.state.failures.map(({ window }) => window).sort((a, b) => a - b)).toEqual(failed);
      }),
    );
  });
});

describe('a backfill that goes wrong in every window', () => {
  it('carries no more than 16 KiB, and still knows how many failed', () => {
    const count = 10_000;
    let state = windows.newBackfill(count, 32, 0);
    while (!windows.isFinished(state)) {
      const asked = windows.toLookUp(state, 200);
      if (asked) state = windows.lookedUp(state, asked, new Set());
      const taken = windows.takeReady(state);
      state = taken.state;
      for (const window of taken.windows) {
        const result = window % 2 ? ('failed' as const) : ('complete' as const);
        const code = 'RecordingStorageUnavailable';
        state = windows.ended(state, { window, outcome: result, contacts: 1, recordings: 0, code }, window);
      }
    }
    expect(windows.countsOf(state)).toMatchObject({ failed: count / 2, complete: count / 2 });
    expect(state.failures).toHaveLength(windows.failuresKept);
    // Marks that change from window to window cannot be packed: the worst case.
    const run = '01a213ef-c865-7e5a-b5f0-eea52cd9d832';
    const flights = Array.from({ length: 32 }, (_, n) => ({ window: 9_900 + n, run }));
    const steps = state.steps.map((step) => ({ ...step, at: 1_764_096_747_123, contacts: 123_456 }));
    const carried = { ...state, flights, steps, marks: windows.packMarks(state.marks) };
    expect(JSON.stringify(carried).length).toBeLessThan(16 * 1024);
    expect(windows.countsOf(windows.retryFailed(state))).toMatchObject({ failed: 0, remaining: count / 2 });
  });
});

describe('what a backfill hears', () => {
  const inFlight = (): State => {
    const looked = windows.lookedUp(windows.newBackfill(3, 2, 0), { first: 0, count: 3 }, new Set([2]));
    const { state } = windows.takeReady(looked);
    return windows.confirmed(windows.confirmed(state, { window: 0, run: 'a' }), { window: 1, run: 'b' });
  };
  const news = (changes: Partial<windows.WindowOutcome>): windows.WindowOutcome => ({
    window: 0,
    outcome: 'complete',
    contacts: 10,
    recordings: 2,
    ...changes,
  });

  it('of a parked window frees its slot, and its end later corrects the count', () => {
    const parked = windows.ended(inFlight(), news({ outcome: 'parked', contacts: 0 }), 1);
    expect(windows.countsOf(parked)).toMatchObject({ parked: 1, running: 1 });
    const resumed = windows.ended(parked, news({ run: 'a' }), 2);
    expect(windows.countsOf(resumed)).toMatchObject({ parked: 0, complete: 1, running: 1 });
  });

  it('of a run that was replaced is not taken for its successor’s', () => {
    const failed = windows.ended(inFlight(), news({ outcome: 'failed', run: 'a', code: 'DatabaseFull' }), 1);
    const { state } = windows.takeReady(windows.retryFailed(failed));
    const again = windows.confirmed(state, { window: 0, run: 'c' });
    expect(windows.ended(again, news({ outcome: 'failed', run: 'a' }), 2)).toBe(again);
    expect(windows.countsOf(windows.ended(again, news({ run: 'c' }), 2))).toMatchObject({ complete: 1 });
  });

  it('of a failed window that was fixed by hand takes it off the failures', () => {
    const failed = windows.ended(inFlight(), news({ outcome: 'failed', run: 'a', code: 'DatabaseFull' }), 1);
    expect(failed.failures).toEqual([{ window: 0, code: 'DatabaseFull' }]);
    const resolved = windows.ended(failed, news({ run: 'a' }), 2);
    expect(resolved.failures).toEqual([]);
    expect(windows.countsOf(resolved)).toMatchObject({ failed: 0, complete: 1 });
  });

  it('of windows it does not have, has skipped or has not begun changes nothing', () => {
    const state = inFlight();
    for (const window of [-1, 2, 3, 0.5]) expect(windows.ended(state, news({ window }), 1)).toBe(state);
    const fresh = windows.newBackfill(1, 1, 0);
    expect(windows.ended(fresh, news({}), 1)).toBe(fresh);
  });

  it('marks a window with gaps by its code', () => {
    const state = windows.ended(inFlight(), news({ outcome: 'incomplete', run: 'a' }), 1);
    expect(state.failures).toEqual([{ window: 0, code: 'WindowIncomplete' }]);
    expect(state.contacts).toBe(0);
  });
});

describe('the pace', () => {
  it('is that of the latest windows, and unknown before the first', () => {
    let state = windows.newBackfill(100, 100, 0);
    expect(windows.paceOf(state)).toBeNull();
    state = windows.takeReady(windows.lookedUp(state, { first: 0, count: 100 }, new Set())).state;
    for (let window = 0; window < 100; window += 1) {
      const at = (window + 1) * 2_000;
      state = windows.ended(state, { window, outcome: 'complete', contacts: 10, recordings: 1 }, at);
    }
    expect(windows.paceOf(state)).toEqual({ windows: 0.5, contacts: 5, recordings: 0.5 });
    expect(state.steps.length).toBeLessThan(50);
  });

  it('starts over after a pause', () => {
    const paused = windows.setPaused(windows.newBackfill(1, 1, 0), true, 5_000);
    expect(windows.setPaused(paused, false, 90_000).steps).toEqual([
      { at: 90_000, contacts: 0, recordings: 0 },
    ]);
  });
});
