import type { BadRecordKind } from './bad-records';
import { BAD_RECORD_KINDS } from './bad-records';
import { BadParameter } from './bad-parameter';
import type { Exchange, Family } from './exchange';
import { FAMILIES } from './exchange';
import { fraction } from './random';

/** Every fault that can be switched on. */
export const FAULT_NAMES = [
  'status',
  'slow',
  'reset',
  'truncateJson',
  'html200',
  'timeout408WhenTopOver',
  'insertLate',
  'removeRows',
  'updateRows',
  'badRecords',
  'mediaMissing',
  'mediaTruncated',
  'expireUrls',
] as const;

export type FaultName = (typeof FAULT_NAMES)[number];

/** What a fault can be told; each name uses some of them (docs/simulator.md). */
export interface FaultArguments {
  /** `status`: the status to answer. */
  readonly status?: number;
  /** `status`: body text; JSON when it starts like it. */
  readonly body?: string;
  /** `status`: `Retry-After` in seconds, or as an HTTP date so many seconds ahead with `retryAfterDate`. */
  readonly retryAfter?: number;
  readonly retryAfterDate?: boolean;
  /** `status`: sent as the `icStatusDescription` header. */
  readonly description?: string;
  /** `slow`: how long the answer waits. */
  readonly delayMs?: number;
  /** `reset`: bytes of the body to send first (0: nothing at all). */
  readonly afterBytes?: number;
  /** `truncateJson`, `mediaTruncated`: the share of the body that arrives (default 0.5). */
  readonly share?: number;
  /** `timeout408WhenTopOver`: pages larger than this time out. */
  readonly top?: number;
  /** `insertLate`, `removeRows`, `updateRows`: how many rows (default 1). */
  readonly count?: number;
  /** `badRecords`: which kinds, and one contact in how many (default 100). */
  readonly kinds?: readonly BadRecordKind[];
  readonly every?: number;
}

/**
 * A switch. It looks at requests that match and fires on the given calls (1-based, counted per rule), or with a
 * probability, or always; never more than `times`. `badRecords` is a property of the data and heeds none of these.
 */
export interface FaultRule {
  readonly name: FaultName;
  readonly match?: { readonly family?: Family; readonly path?: string };
  readonly onCall?: number | readonly number[];
  readonly probability?: number;
  readonly times?: number;
  readonly args?: FaultArguments;
}

/** The rules in force, and how often each has been called upon. */
export class Faults {
  readonly #seed: number;
  #rules: readonly { readonly rule: FaultRule; calls: number; fired: number }[] = [];

  constructor(seed: number, rules: readonly FaultRule[]) {
    this.#seed = seed;
    this.set(rules);
  }

  /** The rules as they were given. */
  get rules(): readonly FaultRule[] {
    return this.#rules.map(({ rule }) => rule);
  }

  /** Replaces all rules and starts counting anew. */
  set(rules: readonly FaultRule[]): void {
    this.#rules = rules.map((rule) => ({ rule, calls: 0, fired: 0 }));
  }

  /** The rules that fire for a request, which counts as a call for each rule it matches. */
  draw({ family, path }: Pick<Exchange, 'family' | 'path'>): FaultRule[] {
    const firing: FaultRule[] = [];
    for (const [index, entry] of this.#rules.entries()) {
      const { match, onCall, probability, times = Infinity } = entry.rule;
      if (match?.family !== undefined && match.family !== family) continue;
      if (match?.path !== undefined && !path.toLowerCase().includes(match.path.toLowerCase())) continue;
      entry.calls++;
      const calls = typeof onCall === 'number' ? [onCall] : onCall;
      const isDue = calls === undefined || calls.includes(entry.calls);
      const isLucky = probability === undefined || fraction(this.#seed, index, entry.calls, 99) < probability;
      if (!isDue || !isLucky || entry.fired >= times) continue;
      entry.fired++;
      firing.push(entry.rule);
    }
    return firing;
  }
}

/**
 * Checks rules that come from a file or over HTTP.
 * @throws BadParameter naming the rule (0-based) and what is wrong with it
 */
export function readFaultRules(value: unknown): readonly FaultRule[] {
  if (!Array.isArray(value)) throw new BadParameter('fault rules must be a JSON array');
  for (const [index, rule] of (value as readonly unknown[]).entries()) {
    const problem = isRecord(rule) ? problemOf(rule) : 'is not an object';
    if (problem !== undefined) throw new BadParameter(`fault rule ${index} ${problem}`);
  }
  return value as readonly FaultRule[];
}

function problemOf(rule: Readonly<Record<string, unknown>>): string | undefined {
  const known = ['name', 'match', 'onCall', 'probability', 'times', 'args'];
  const unknown = Object.keys(rule).find((key) => !known.includes(key));
  if (unknown !== undefined) return `has an unknown member "${unknown}"`;
  if (!FAULT_NAMES.includes(rule['name'] as FaultName))
    return `has a name that is none of ${FAULT_NAMES.join(', ')}`;
  const { match, onCall, probability, times, args } = rule;
  if (match !== undefined && !isRecord(match)) return 'has a match that is not an object';
  if (isRecord(match) && match['family'] !== undefined && !FAMILIES.includes(match['family'] as Family)) {
    return `has a match.family that is none of ${FAMILIES.join(', ')}`;
  }
  const calls = Array.isArray(onCall) ? (onCall as readonly unknown[]) : onCall === undefined ? [] : [onCall];
  if (!calls.every((call) => Number.isInteger(call)))
    return 'has an onCall that is neither an integer nor a list of them';
  if (probability !== undefined && !(Number(probability) >= 0 && Number(probability) <= 1)) {
    return 'has a probability outside 0 to 1';
  }
  if (times !== undefined && !Number.isInteger(times)) return 'has a times that is no integer';
  if (args !== undefined && !isRecord(args)) return 'has args that are not an object';
  const kinds = isRecord(args) ? args['kinds'] : undefined;
  if (
    kinds !== undefined &&
    !(Array.isArray(kinds) && kinds.every((kind) => BAD_RECORD_KINDS.includes(kind as BadRecordKind)))
  ) {
    return `has args.kinds that are not among ${BAD_RECORD_KINDS.join(', ')}`;
  }
  return undefined;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
