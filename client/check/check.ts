import type { ReadCode } from '../../errors';
import type { CommandCode } from '../command/exit-status';
import type { Need } from './need';

/** What a check may find: an error, or one of what no error says. */
export type FindingCode =
  | CommandCode
  | ReadCode
  | 'HiddenAgents'
  | 'NoAgents'
  | 'NoCall'
  | 'NoClock'
  | 'NoContacts'
  | 'NoLink'
  | 'NoRecording'
  | 'NoSentiments'
  | 'NotReached'
  | 'NotTestable'
  | 'RecordingsLeftOut'
  | 'RecordingsOff'
  | 'RecordingsPending'
  | 'UnknownFilter'
  | 'WrongClientAuthentication';

/** What one check found. `unknown`: it cannot be found out now, and the message says why. */
export interface Finding {
  readonly status: 'ok' | 'failed' | 'unknown';
  /** Why, for programs; an error's code where there was one. */
  readonly code?: FindingCode;
  /** One line, safe to show: no secret, nothing of a contact but its id. */
  readonly message: string;
  /** What to change, and where: the path in CXone's menu, the field of the registration form, or our own setting. */
  readonly remedy?: string;
}

/** One part of the customer's set-up, checked by itself. Its name is stable: scripts rely on it. */
export interface Check {
  readonly name: string;
  /** Names of earlier checks; unless all of them are ok this one says which it waits for, and asks nothing. */
  readonly needs: readonly string[];
  /** Errors of CXone are findings; only a bug of ours makes it throw. */
  readonly run: () => Promise<Finding>;
}

export interface CheckResult extends Finding {
  readonly name: string;
  readonly need: Need;
}

/** All results, in the order of the checks. */
export interface CheckReport {
  /** Nothing failed that is required or wanted; there may be unknowns. */
  readonly ok: boolean;
  readonly checks: readonly CheckResult[];
}

/**
 * Runs checks one after the other, so that CXone gets one small request at a time and the first failure is the cause.
 * @param needOf how much the check of a name matters
 * @param onStart called with the name of each check that runs
 */
export async function runChecks(
  checks: readonly Check[],
  needOf: (name: string) => Need = () => 'required',
  onStart: (name: string) => void = () => {},
): Promise<CheckReport> {
  const results = new Map<string, CheckResult>();
  for (const { name, needs, run } of checks) {
    const missing = needs.find((need) => results.get(need)?.status !== 'ok');
    if (missing === undefined) onStart(name);
    const finding = missing === undefined ? await run() : waitsFor(missing);
    results.set(name, { name, need: needOf(name), ...finding });
  }
  const all = [...results.values()];
  return { ok: all.every((result) => !isFailure(result)), checks: all };
}

/** What makes the whole fail: what no setting asks for does not. */
export function isFailure({ status, need }: Pick<CheckResult, 'status' | 'need'>): boolean {
  return status === 'failed' && need !== 'optional';
}

function waitsFor(missing: string): Finding {
  return { status: 'unknown', code: 'NotReached', message: `Not tried: needs ${missing} first.` };
}
