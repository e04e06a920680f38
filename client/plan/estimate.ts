import { cut, type Range } from './ranges';
import type { Counted, Survey } from './survey';

/** What the estimate assumes. Printed with the result, so that a reader can put in a better figure. */
export const assumptions = {
  /** Telephone audio without compression: 8 kHz, one byte a sample. With the screen recorded it is a multiple. */
  recordingBytesPerSecond: 8_000,
  /**
   * Table `contact` with its indexes for each byte of JSON, and a landed page for each, compressed: 0.48 and 0.12 when
   * 20,000 contacts of the simulator (1.4 kB of JSON each) were synced into PostgreSQL 18.
   */
  databaseBytesPerJsonByte: 0.5,
  landingBytesPerJsonByte: 0.12,
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

/** What a backfill of the range is going to take. Counts are CXone's own; the rest is estimated from them. */
export interface Plan {
  readonly windows: number;
  readonly contacts: number;
  readonly loggedContacts: number;
  /** Contacts that may have a recording by the tenant's settings. */
  readonly recordableContacts: number;
  /** Distinct calls that probably have a recording: each is one playback query. 0 when recordings are off. */
  readonly calls: number;
  /** Distinct calls that probably have none: each is one query, when quota is left. No window waits for them. */
  readonly unlikelyCalls: number;
  readonly agents: number;
  readonly requests: {
    /** Pages and the count that closes each window, if contacts are spread evenly. */
    readonly contacts: number;
    /** The same, however unevenly they are spread. */
    readonly contactsAtMost: number;
    /** The list once, then what changed, window by window. */
    readonly agents: number;
    readonly media: number;
    /** Those that wait until quota is left. */
    readonly mediaWhenIdle: number;
  };
  /** How long the queries take under the quota that windows wait for; downloads go on beside them. */
  readonly mediaHours: number;
  /** How long those take that wait until quota is left. */
  readonly mediaIdleHours: number;
  readonly bytes: {
    /** Contact rows with their indexes. */
    readonly database: number;
    /** Pages as received, all of them; they go again after LANDING_RETENTION_DAYS. */
    readonly landing: number;
    readonly recordings: number;
  };
  readonly assumptions: {
    readonly recordingBytesPerSecond: number;
    readonly databaseBytesPerJsonByte: number;
    readonly landingBytesPerJsonByte: number;
    readonly jsonBytesPerContact: number;
    readonly secondsPerContact: number;
    readonly callsPerContact: number;
    /** Contacts that these means were taken from. */
    readonly sampledContacts: number;
  };
}

export function estimate({ counted, sampled, agents }: Survey, options: EstimateOptions): Plan {
  const { range, windowMs, pageSize, recordings, media } = options;
  const windows = cut(range, windowMs).length;
  const contacts = sum(counted, (one) => one.contacts);
  const loggedContacts = sum(counted, (one) => one.logged);
  const recordableContacts = sum(counted, (one) => one.recordable);
  const callsPerContact = sampled === null ? 1 : sampled.calls / sampled.contacts;
  const likelyShare = sampled === null ? 1 : sampled.likelyCalls / sampled.calls;
  const secondsPerContact = sampled?.seconds ?? 0;
  const jsonBytesPerContact = sampled?.jsonBytes ?? 0;
  const allCalls = recordings ? Math.round(recordableContacts * callsPerContact) : 0;
  const calls = Math.round(allCalls * likelyShare);
  const unlikelyCalls = allCalls - calls;
  const hoursOf = (queries: number): number => (queries * media.perSeconds) / media.requests / 3_600;
  const passes = byFilter(counted);
  const bytesOfRecordings = recordings
    ? recordableContacts * secondsPerContact * assumptions.recordingBytesPerSecond
    : 0;
  return {
    windows,
    contacts,
    loggedContacts,
    recordableContacts,
    calls,
    unlikelyCalls,
    agents,
    requests: {
      contacts: sum(passes, (one) => contactRequests(one, windows, pageSize)),
      contactsAtMost: Math.floor(contacts / pageSize) + 2 * windows * passes.length,
      agents: Math.max(1, Math.ceil(agents / assumptions.agentsPerPage)) + Math.max(0, windows - 1),
      media: calls,
      mediaWhenIdle: unlikelyCalls,
    },
    mediaHours: hoursOf(calls),
    mediaIdleHours: hoursOf(unlikelyCalls),
    bytes: {
      database: Math.round(contacts * jsonBytesPerContact * assumptions.databaseBytesPerJsonByte),
      landing: Math.round(contacts * jsonBytesPerContact * assumptions.landingBytesPerJsonByte),
      recordings: Math.round(bytesOfRecordings),
    },
    assumptions: {
      recordingBytesPerSecond: assumptions.recordingBytesPerSecond,
      databaseBytesPerJsonByte: assumptions.databaseBytesPerJsonByte,
      landingBytesPerJsonByte: assumptions.landingBytesPerJsonByte,
      jsonBytesPerContact,
      secondsPerContact,
      callsPerContact,
      sampledContacts: sampled?.contacts ?? 0,
    },
  };
}

/**
 * Requests for the contacts of one filter, spread evenly over the windows: the pages of each window, at least one, and
 * the count that closes it.
 */
function contactRequests(contacts: number, windows: number, pageSize: number): number {
  return windows * (Math.max(1, Math.ceil(contacts / windows / pageSize)) + 1);
}

function byFilter(counted: readonly Counted[]): readonly number[] {
  const totals = new Map<string, number>();
  for (const { filter, contacts } of counted) {
    const key = JSON.stringify(filter);
    totals.set(key, (totals.get(key) ?? 0) + contacts);
  }
  return [...totals.values()];
}

function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}
