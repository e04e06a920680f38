import { createDice, type Dice } from '../dice';

/** The connections that a proxy of ours can swallow. */
export const sides = ['database', 'temporal', 'cxone', 'media', 's3'] as const;
export type Side = (typeof sides)[number];

/** What stops answering, and what is done during that time: all by the seed. */
export interface OutageSchedule {
  readonly seed: number;
  readonly outage: Outage;
  readonly job: Job;
  /** The outage begins after this number of requests to CXone. */
  readonly afterRequests: number;
}

export type Outage =
  /** Every byte is lost, and no end of a connection is seen. */
  | { readonly kind: 'partition'; readonly side: Side; readonly seconds: number }
  /** One of two workers is frozen (SIGSTOP) or killed; the other one is healthy. */
  | { readonly kind: 'frozenWorker'; readonly seconds: number }
  | { readonly kind: 'killedWorker'; readonly seconds: 0 }
  /** The folder of the recordings is not mounted. */
  | { readonly kind: 'unmounted'; readonly seconds: number }
  /** CXone's answers give a wrong time: this many minutes ahead or, when negative, behind. */
  | { readonly kind: 'clock'; readonly minutes: number; readonly seconds: number };

export type Job = 'window' | 'live' | 'extraction';

const jobsOf: Readonly<Record<Outage['kind'], readonly Job[]>> = {
  partition: ['window', 'window', 'live', 'extraction'],
  frozenWorker: ['window', 'window', 'live', 'extraction'],
  killedWorker: ['window', 'live', 'extraction'],
  unmounted: ['window'],
  clock: ['live'],
};

const kinds: readonly Outage['kind'][] = [
  ...['partition', 'partition', 'partition', 'partition', 'partition'],
  ...['frozenWorker', 'frozenWorker', 'killedWorker', 'unmounted', 'clock'],
] as readonly Outage['kind'][];

/** @returns the same schedule for the same seed */
export function drawOutage(seed: number): OutageSchedule {
  const dice = createDice(seed);
  const kind = dice.pick(kinds);
  const outage = drawKind(kind, dice);
  const ofFiles = kind === 'unmounted' || (outage.kind === 'partition' && isOfFiles(outage.side));
  const job = ofFiles ? 'window' : dice.pick(jobsOf[kind]);
  return { seed, outage, job, afterRequests: dice.between(...requestsOf(job, ofFiles)) };
}

/** Where files come from, and where they go to. */
function isOfFiles(side: Side): boolean {
  return side === 'media' || side === 's3';
}

function drawKind(kind: Outage['kind'], dice: Dice): Outage {
  const seconds = dice.pick([3, 15, 40, 60]);
  const draws: { readonly [K in Outage['kind']]: () => Extract<Outage, { kind: K }> } = {
    partition: () => ({ kind: 'partition', side: dice.pick(sides), seconds }),
    // Longer than the healthy worker may take to continue.
    frozenWorker: () => ({ kind: 'frozenWorker', seconds: 120 }),
    killedWorker: () => ({ kind: 'killedWorker', seconds: 0 }),
    unmounted: () => ({ kind: 'unmounted', seconds }),
    clock: () => ({ kind: 'clock', minutes: dice.pick([-2_880, -180, 180, 3_000_000]), seconds }),
  };
  return draws[kind]();
}

/** The fewest requests of a job's run: contacts come before files. */
function requestsOf(job: Job, ofFiles: boolean): readonly [number, number] {
  if (ofFiles) return [30, 60];
  return job === 'window' ? [2, 60] : job === 'live' ? [2, 12] : [2, 4];
}

/** One line for a reader. */
export function describeOutage({ outage, job, afterRequests }: OutageSchedule): string {
  const what =
    outage.kind === 'partition'
      ? `partition of ${outage.side}`
      : outage.kind === 'clock'
        ? `CXone's clock ${outage.minutes} min off`
        : outage.kind;
  return `${job}: ${what}, ${outage.seconds} s, from request ${afterRequests} on`;
}
