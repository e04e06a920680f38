import { cut, type Range } from './ranges';
import type { Counted, Survey } from './survey';

/** What the reckoning takes for granted. Printed with the result, so that anybody can put in a better figure. */
export const assumptions = {
  /** Telephone audio without compression: 8 kHz, one byte a sample. With the screen recorded it is a multiple. */
  recordingBytesPerSecond: 8_000,
  /** Table and indexes for each byte of JSON; measured on the simulator's contacts (docs/onboarding.md). */
  databaseBytesPerJsonByte: 0.6,
  /** Agents that come in one answer. */
  agentsPerPage: 1_000,
} as const;

export interface EstimateOptions {
  readonly range: Range;
  readonly windowMs: number;
  readonly pageSize: number;
  readonly recordings: boolean;
  /** The tenant's quota of Media Playback. */
  readonly media: { readonly requests: number; readonly perSeconds: number };
}

/** What a backfill of the range is going to take. Counts are CXone's own; the rest is reckoned from them. */
export interface Plan {
  readonly windows: number;
  readonly contacts: number;
  readonly loggedContacts: number;
  /** Distinct logged calls: each is one look-up. 0 when recordings are off. */
  readonly calls: number;
  readonly agents: number;
  readonly requests: {
    /** Pages and the count that closes each window, if contacts are spread evenly. */
    readonly contacts: number;
    /** The same, however unevenly they are spread. */
    readonly contactsAtMost: number;
    /** The list once, then what changed, window by window. */
    readonly agents: number;
    readonly media: number;
  };
  /** How long the look-ups take under the quota; downloads go on beside them. */
  readonly mediaHours: number;
  readonly bytes: { readonly database: number; readonly recordings: number };
  readonly assumptions: {
    readonly recordingBytesPerSecond: number;
    readonly databaseBytesPerJsonByte: number;
    readonly jsonBytesPerContact: number;
    readonly secondsPerContact: number;
    readonly callsPerLoggedContact: number;
    /** Contacts that these means were taken from. */
    readonly sampledContacts: number;
  };
}

export function estimate({ counted, sampled, agents }: Survey, options: EstimateOptions): Plan {
  const { range, windowMs, pageSize, recordings, media } = options;
  const span = range.to.getTime() - range.from.getTime();
  const windows = cut(range, windowMs).length;
  const contacts = sum(counted, (one) => one.contacts);
  const loggedContacts = sum(counted, (one) => one.logged);
  const callsPerLoggedContact = sampled === null ? 1 : sampled.calls / sampled.contacts;
  const secondsPerContact = sampled?.seconds ?? 0;
  const jsonBytesPerContact = sampled?.jsonBytes ?? 0;
  const calls = recordings ? Math.round(loggedContacts * callsPerLoggedContact) : 0;
  const passes = new Set(counted.map(({ filter }) => JSON.stringify(filter))).size;
  const bytesOfRecordings = recordings
    ? loggedContacts * secondsPerContact * assumptions.recordingBytesPerSecond
    : 0;
  return {
    windows,
    contacts,
    loggedContacts,
    calls,
    agents,
    requests: {
      contacts: Math.round(sum(counted, (one) => contactRequests(one, Math.min(windowMs, span), pageSize))),
      contactsAtMost: Math.floor(contacts / pageSize) + 2 * windows * passes,
      agents: Math.max(1, Math.ceil(agents / assumptions.agentsPerPage)) + Math.max(0, windows - 1),
      media: calls,
    },
    mediaHours: (calls * media.perSeconds) / media.requests / 3_600,
    bytes: {
      database: Math.round(contacts * jsonBytesPerContact * assumptions.databaseBytesPerJsonByte),
      recordings: Math.round(bytesOfRecordings),
    },
    assumptions: {
      recordingBytesPerSecond: assumptions.recordingBytesPerSecond,
      databaseBytesPerJsonByte: assumptions.databaseBytesPerJsonByte,
      jsonBytesPerContact,
      secondsPerContact,
      callsPerLoggedContact,
      sampledContacts: sampled?.contacts ?? 0,
    },
  };
}

/** Pages of the windows in a stretch, at least one each, and one more request that counts again at the end. */
function contactRequests({ from, to, contacts }: Counted, windowMs: number, pageSize: number): number {
  // Not a whole number where a window reaches over the edge of the stretch.
  const windows = (to.getTime() - from.getTime()) / windowMs;
  if (windows <= 1) return windows + Math.max(windows, Math.ceil(contacts / pageSize));
  return windows * (Math.max(1, Math.ceil(contacts / windows / pageSize)) + 1);
}

function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}
