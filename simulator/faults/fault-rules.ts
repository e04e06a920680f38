import {
  answerForms,
  type BadRecordKind,
  badRecordKinds,
  type FaultArguments,
  type FaultName,
  faultNames,
  switches,
} from '../http/fault-names';
import { BadParameter } from '../http/bad-parameter';
import { type Exchange, families, type Family } from '../http/exchange';
import { fraction } from '../data/random';

/**
 * A switch. It looks at requests that match and fires on the given calls (1-based, counted per rule), or with a
 * probability, or always; never more than `times`. `badRecords` is a property of the data: of all these it uses the
 * tenant alone.
 */
export interface FaultRule {
  readonly name: FaultName;
  /** Absent members match everything; `path` is part of a path, in any case; `tenant` a tenant's name. */
  readonly match?: { readonly family?: Family; readonly path?: string; readonly tenant?: string };
  readonly onCall?: number | readonly number[];
  readonly probability?: number;
  readonly times?: number;
  readonly args?: FaultArguments;
}

/** The rules in force, and how often each has been called upon. */
export type Faults = ReturnType<typeof createFaults>;

export function createFaults(seed: number) {
  let entries: readonly { readonly rule: FaultRule; calls: number; fired: number }[] = [];
  return {
    /** The rules as they were given. */
    get rules(): readonly FaultRule[] {
      return entries.map(({ rule }) => rule);
    },

    /** Replaces all rules and restarts their counts. */
    set(rules: readonly FaultRule[]): void {
      entries = rules.map((rule) => ({ rule, calls: 0, fired: 0 }));
    },

    /** The rules that fire for a request, which counts as a call for each rule it matches. */
    matchRules({ family, path, tenant }: Pick<Exchange, 'family' | 'path' | 'tenant'>): FaultRule[] {
      const firing: FaultRule[] = [];
      for (const [index, entry] of entries.entries()) {
        const { match, onCall, probability, times = Infinity } = entry.rule;
        if (match?.tenant !== undefined && match.tenant !== tenant) continue;
        if (match?.family !== undefined && match.family !== family) continue;
        if (match?.path !== undefined && !path.toLowerCase().includes(match.path.toLowerCase())) continue;
        entry.calls++;
        const calls = typeof onCall === 'number' ? [onCall] : onCall;
        const isDue = calls === undefined || calls.includes(entry.calls);
        const isDrawn = probability === undefined || fraction(seed, index, entry.calls, 99) < probability;
        if (!isDue || !isDrawn || entry.fired >= times) continue;
        entry.fired++;
        firing.push(entry.rule);
      }
      return firing;
    },
  };
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
  const unknown = unknownKey(rule, ['name', 'match', 'onCall', 'probability', 'times', 'args']);
  if (unknown !== undefined) return `has an unknown member "${unknown}"`;
  const name = faultNames.find((known) => known === rule['name']);
  if (name === undefined) return `has a name that is none of ${faultNames.join(', ')}`;
  return problemOfTiming(rule) ?? problemOfMatch(rule['match']) ?? problemOfArguments(name, rule['args']);
}

function problemOfTiming({
  onCall,
  probability,
  times,
}: Readonly<Record<string, unknown>>): string | undefined {
  const calls = Array.isArray(onCall) ? (onCall as readonly unknown[]) : onCall === undefined ? [] : [onCall];
  if (!calls.every((call) => Number.isInteger(call)))
    return 'has an onCall that is neither an integer nor a list of them';
  if (probability !== undefined && !(Number(probability) >= 0 && Number(probability) <= 1)) {
    return 'has a probability outside 0 to 1';
  }
  if (times !== undefined && !Number.isInteger(times)) return 'has a times that is no integer';
  return undefined;
}

function problemOfMatch(match: unknown): string | undefined {
  if (match === undefined) return undefined;
  if (!isRecord(match)) return 'has a match that is not an object';
  const unknown = unknownKey(match, ['family', 'path', 'tenant']);
  if (unknown !== undefined) return `has an unknown member match.${unknown}`;
  if (match['family'] !== undefined && !families.includes(match['family'] as Family)) {
    return `has a match.family that is none of ${families.join(', ')}`;
  }
  const wrong = ['path', 'tenant'].find(
    (member) => match[member] !== undefined && typeof match[member] !== 'string',
  );
  return wrong === undefined ? undefined : `has a match.${wrong} that is no text`;
}

const textArguments: readonly string[] = ['body', 'description', 'location', 'entity'];
const flagArguments: readonly string[] = ['retryAfterDate', 'silently', 'absent'];

function problemOfArguments(name: FaultName, args: unknown): string | undefined {
  if (args === undefined) return undefined;
  if (!isRecord(args)) return 'has args that are not an object';
  const unknown = unknownKey(args, switches[name]);
  if (unknown !== undefined) return `has args.${unknown}, which ${name} does not take`;
  for (const [key, value] of Object.entries(args)) {
    if (key === 'kinds') {
      if (Array.isArray(value) && value.every((kind) => badRecordKinds.includes(kind as BadRecordKind)))
        continue;
      return `has args.kinds that are not among ${badRecordKinds.join(', ')}`;
    }
    if (key === 'form') {
      if ((answerForms as readonly unknown[]).includes(value)) continue;
      return `has an args.form that is none of ${answerForms.join(', ')}`;
    }
    const expected = textArguments.includes(key)
      ? 'string'
      : flagArguments.includes(key)
        ? 'boolean'
        : 'number';
    if (typeof value !== expected) return `has an args.${key} that is no ${expected}`;
  }
  return undefined;
}

function unknownKey(value: object, known: readonly string[]): string | undefined {
  return Object.keys(value).find((key) => !known.includes(key));
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
