import type { Area, Outcome } from './drawn-fault';
import type { FaultSchedule } from './fault-schedule';

/** What a schedule must come to, derived from its faults and from what the source holds, not from the client. */
export interface Expectation {
  /** The run may complete, and then its window equals the truth. */
  readonly mayComplete: boolean;
  /** Codes with which it may fail; with `mayComplete: false` it must. */
  readonly codes: readonly string[];
  /** How recordings may have ended instead of being stored. */
  readonly lost: readonly string[];
  /** Requests beyond which a run counts as endless. */
  readonly requestsAtMost: number;
}

/** How often a window is read before it fails (the tenant's default `maxRereads`, and the first time). */
const roundsAtMost = 4;

/** Faults of a body: they do not affect an answer without one (204 for an empty window). */
const ofBodies: ReadonlySet<string> = new Set([
  'missingArray',
  'truncateJson',
  'malformedJson',
  'gzipBomb',
  'wrongLength',
  'reset',
]);

/** What the source holds of the window: contacts, and recorded calls, without which Media Playback is never asked. */
export interface Held {
  readonly contacts: number;
  readonly calls: number;
}

export function expectationOf({ faults }: FaultSchedule, { contacts, calls }: Held): Expectation {
  const outcomes = faults
    .filter((one) => contacts > 0 || !ofBodies.has(one.name) || !isFatalTo('contacts', one.outcome))
    .map(({ outcome }) => outcome);
  const fatal = outcomes.filter((one) => one.kind === 'fails').filter((one) => isReached(one, calls));
  const disturbed = outcomes.reduce((sum, one) => sum + (one.kind === 'disturbs' ? one.rounds : 0), 0);
  const lost = outcomes.flatMap((one) => (one.kind === 'losesRecordings' ? [one.as] : []));
  return {
    mayComplete: fatal.length === 0,
    codes: [
      ...fatal.flatMap(({ codes }) => codes),
      ...outcomes.flatMap((one) => (one.kind === 'mayFail' ? one.codes : [])),
      // Each disturbance costs at most one round, so fewer than a window has are always survived.
      ...(disturbed >= roundsAtMost ? ['CountMismatch'] : []),
    ],
    lost,
    requestsAtMost: isLong(faults) || fatal.some(isOfRecordings) ? 12_000 : 1_500,
  };
}

function isFatalTo(area: Area, outcome: Outcome): boolean {
  return outcome.kind === 'fails' && outcome.area === area;
}

type Fatal = Extract<Outcome, { kind: 'fails' }>;

function isReached(fatal: Fatal, calls: number): boolean {
  return !isOfRecordings(fatal) || calls > 0;
}

function isOfRecordings({ area }: Fatal): boolean {
  return area === 'media' || area === 'file';
}

/** A client that is refused for an hour asks every few seconds during that hour. */
function isLong(faults: FaultSchedule['faults']): boolean {
  return faults.some(({ forMinutes }) => forMinutes !== undefined);
}
