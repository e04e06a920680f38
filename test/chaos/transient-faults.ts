import type { FaultArguments, FaultName, FaultRule } from '../../simulator';
import type { Dice } from './dice';
import { type Area, type Draw, nowAndThen, type Outcome, survived } from './drawn-fault';

/** Faults that pass by themselves: survived within the same run, or failing it if they never end. */

const everywhere: readonly Area[] = ['discovery', 'auth', 'contacts', 'agents', 'media', 'file'];
const answeringJson: readonly Area[] = ['discovery', 'auth', 'contacts', 'agents', 'media'];
const lists: readonly Area[] = ['contacts', 'agents'];

interface Transient {
  readonly areas: readonly Area[];
  readonly args: (dice: Dice, area: Area, patience: boolean) => FaultArguments;
  /** The code of a run in which it never ends; absent: not drawn so, because each of its calls takes real time. */
  readonly lasting?: (args: FaultArguments, area: Area) => readonly string[];
}

const transients = {
  status: {
    areas: everywhere,
    args: (dice, area, patience) => ({
      status: dice.pick([408, 429, 500, 502, 503, 504]),
      ...retryAfter(dice, area, patience),
    }),
    lasting: ({ status }) => codesOf(status),
  },
  tooManyRequests: { areas: everywhere, args: retryAfter, lasting: () => ['Throttled'] },
  html200: { areas: everywhere, args: () => ({}), lasting: () => ['UnexpectedHtml'] },
  reset: {
    areas: everywhere,
    args: (dice) => ({ afterBytes: dice.pick([0, 0, 40, 400]) }),
    lasting: () => ['CxoneUnavailable'],
  },
  truncateJson: {
    areas: answeringJson,
    args: (dice) => ({ share: dice.pick([0.01, 0.5, 0.95]) }),
    lasting: () => ['IncompleteAnswer'],
  },
  malformedJson: { areas: answeringJson, args: () => ({}), lasting: () => ['IncompleteAnswer'] },
  wrongLength: {
    areas: everywhere,
    // A file that is cut off by its own Content-Length cannot be distinguished from a whole one.
    args: (dice, area) => ({ bytes: area === 'file' || dice.chance(0.5) ? 10 : -10 }),
    lasting: () => ['CxoneUnavailable', 'IncompleteAnswer'],
  },
  missingArray: { areas: lists, args: () => ({}), lasting: () => ['IncompleteAnswer'] },
  slow: { areas: everywhere, args: (dice) => ({ delayMs: dice.pick([5, 40, 700]) }) },
  slowBody: {
    areas: ['contacts', 'agents', 'file'],
    args: (dice) => ({ chunkBytes: 1_000, delayMs: dice.pick([1, 5, 60]) }),
  },
  mediaTruncated: {
    areas: ['file'],
    args: (dice) => ({ share: dice.pick([0.1, 0.5, 0.9]) }),
    lasting: () => [],
  },
  mediaEmpty: { areas: ['file'], args: () => ({}), lasting: () => [] },
  expireUrls: { areas: ['file'], args: () => ({}), lasting: () => [] },
} as const satisfies Partial<Record<FaultName, Transient>>;

export const transientDraws: Readonly<Partial<Record<FaultName, Draw>>> = Object.fromEntries(
  Object.entries(transients as Readonly<Record<string, Transient>>).map(([name, transient]) => [
    name,
    drawOf(name as FaultName, transient),
  ]),
);

function drawOf(name: FaultName, { areas, args, lasting }: Transient): Draw {
  return (dice, patience) => {
    const area = dice.pick(areas);
    const drawn = args(dice, area, patience);
    const rule = { name, match: { family: area }, args: drawn };
    if (lasting && patience && dice.chance(0.12)) {
      const codes = lasting(drawn, area);
      if (codes.includes('Throttled')) return throttledForLong(rule, dice);
      return { rules: [rule], outcome: lastingOutcome(area, codes) };
    }
    if (lasting && patience && isApi(area) && dice.chance(0.15)) {
      // Thirty attempts last some twenty minutes: a disturbance of a few minutes must be survived.
      return { rules: [rule], outcome: survived, forMinutes: dice.between(1, 6) };
    }
    // A recording has five attempts, whatever fails: two faults of two calls each leave one.
    return { rules: [{ ...rule, ...nowAndThen(dice, isApi(area) ? 4 : 2) }], outcome: survived };
  };
}

/**
 * Waiting for a quota is no attempt, so no number of refusals fails a run, even where thirty attempts would. They ask
 * for nothing, or a wait of a second each would take a thousand requests.
 */
function throttledForLong(rule: FaultRule, dice: Dice): ReturnType<Draw> {
  const { retryAfter: _seconds, retryAfterDate: _form, ...args } = rule.args ?? {};
  return { rules: [{ ...rule, args }], outcome: survived, forMinutes: dice.between(30, 60) };
}

/** A fault of one recording affects only that one and ends in its row. */
function lastingOutcome(area: Area, codes: readonly string[]): Outcome {
  if (isApi(area)) return { kind: 'fails', area, codes };
  return { kind: 'losesRecordings', as: 'failed' };
}

function isApi(area: Area): boolean {
  return area !== 'media' && area !== 'file';
}

function codesOf(status = 500): readonly string[] {
  if (status === 429) return ['Throttled'];
  return status === 408 || status === 504 ? ['RequestTimeout'] : ['CxoneUnavailable'];
}

function retryAfter(dice: Dice, _area: Area, patience: boolean): FaultArguments {
  const form = dice.between(1, 3);
  if (form === 1) return {};
  return {
    retryAfter: dice.pick([0, 1, patience ? 30 : 2]),
    ...(form === 2 ? {} : { retryAfterDate: true }),
  };
}
