import type { FaultName, FaultRule } from '../../simulator';
import type { Dice } from './dice';

/** Part of the API that a fault concerns; a run reaches them in this order. */
export type Area = 'discovery' | 'auth' | 'contacts' | 'agents' | 'media' | 'file' | 'extraction';

/** What a fault must come to, derived from the contract alone and without a look at the client. */
export type Outcome =
  /** The window is complete and equal to the truth. */
  | { readonly kind: 'survived' }
  /** The window fails with one of these codes once it gets to the area. */
  | { readonly kind: 'fails'; readonly area: Area; readonly codes: readonly string[] }
  /** Readings that do not add up: each of `rounds` spoils a round, and a window has four. */
  | { readonly kind: 'disturbs'; readonly rounds: number }
  /** Recordings may end as said instead of stored; the window completes. */
  | { readonly kind: 'losesRecordings'; readonly as: 'absent' | 'failed' }
  /** The run may fail with one of these codes, and completes otherwise. */
  | { readonly kind: 'mayFail'; readonly codes: readonly string[] };

/** What happens on our own side of a run, where no switch of the simulator reaches. */
export interface OwnSideChange {
  /** The recordings folder is taken away after this number of requests to CXone. */
  readonly unmountedFrom?: number;
  /** Which attempts of activities, counted over the run, belong to a frozen worker: their work goes on, unreported. */
  readonly frozenAttempts?: readonly number[];
  /** How far our own clock is off, in minutes. */
  readonly ownClockMinutes?: number;
}

/** Faults that no switch of the simulator makes. */
export const ownSideNames = ['unmounted', 'frozenWorker', 'ownClock'] as const;

/** One fault of a schedule. */
export interface DrawnFault {
  readonly name: FaultName | 'credentials' | (typeof ownSideNames)[number];
  /** How it was drawn, for a reader. */
  readonly label: string;
  readonly rules: readonly FaultRule[];
  readonly outcome: Outcome;
  readonly credentials?: CredentialChange;
  readonly ownSide?: OwnSideChange;
  /** Virtual minutes after which it is switched off. */
  readonly forMinutes?: number;
}

/** What is wrong with the tenant's entry in the tenants file. */
export type CredentialChange =
  'clientSecret' | 'accessKeySecret' | 'accessKeyId' | 'clientAuthentication' | 'clientId';

/** How a kind of fault is drawn; `patience` is false where waiting is real and lasting faults would take half an hour. */
export type Draw = (dice: Dice, patience: boolean) => Omit<DrawnFault, 'name' | 'label'>;

export const survived: Outcome = { kind: 'survived' };

/**
 * The codes of an operator's errors, in one place: each names what an operator must fix.
 */
export const operatorCodes = {
  contactsForbidden: ['PermissionDenied', 'ContactsForbidden'],
  agentsForbidden: ['PermissionDenied', 'AgentsForbidden'],
  mediaForbidden: ['PermissionDenied', 'MediaForbidden'],
  wrongSecret: ['InvalidClient'],
  wrongMethod: ['InvalidClient', 'TokenRefused'],
  wrongKey: ['InvalidAccessKey'],
  tokenRefused: ['TokenRefused'],
  refusedToken: ['Unauthorized'],
  wrongIssuer: ['IssuerUnknown', 'TenantUnknown'],
  wrongEnvironment: ['TenantUnknown'],
  unknownAnswer: ['UnexpectedShape'],
} as const satisfies Record<string, readonly string[]>;

/** Fires on a few calls, or with a probability but no more than a few times. */
export function nowAndThen(dice: Dice, most: number): Pick<FaultRule, 'onCall' | 'probability' | 'times'> {
  const times = dice.between(1, most);
  if (dice.chance(0.5)) return { onCall: dice.several(times, 1, 10), times };
  return { probability: dice.pick([0.1, 0.3, 1]), times };
}
