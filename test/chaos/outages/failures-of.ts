import type { Client } from '@temporalio/client';
import type { Outage, Side } from './outage-schedule';

/** Codes of steps that failed or timed out in any run of the namespace, as its history has them. */
export async function failuresOf(client: Client): Promise<readonly string[]> {
  const codes: string[] = [];
  for await (const { workflowId, runId } of client.workflow.list()) {
    const { events } = await client.workflow.getHandle(workflowId, runId).fetchHistory();
    for (const event of events ?? []) {
      const failures = [
        event.activityTaskFailedEventAttributes?.failure,
        event.activityTaskTimedOutEventAttributes?.failure,
        event.activityTaskStartedEventAttributes?.lastFailure,
      ];
      for (const failure of failures) {
        if (!failure) continue;
        const type = failure.applicationFailureInfo?.type;
        codes.push(type ?? (failure.timeoutFailureInfo ? 'time-out' : 'Unexpected'));
      }
    }
  }
  return codes;
}

const ofDatabase = ['DatabaseUnavailable', 'DatabaseConflict'];
const ofNetwork = ['CxoneUnreachable', 'CxoneUnavailable', 'RequestTimeout', 'IncompleteAnswer'];
const ofMedia = [
  ...ofNetwork,
  'MediaIncomplete',
  'MediaUnavailable',
  'MediaLinkExpired',
  'RecordingIncomplete',
];
const ofStorage = ['RecordingStorageUnavailable'];
/** A frozen worker does not know for how long: whatever it waited for has timed out. */
const ofTime = ['time-out', 'WorkerStopping', 'ExtractionLinkExpired', 'MediaLinkExpired'];

const bySide: Readonly<Record<Side, readonly string[]>> = {
  database: [...ofDatabase, ...ofTime, 'WindowNotHeld', 'ExtractionNotHeld'],
  temporal: ofTime,
  cxone: [...ofNetwork, ...ofTime],
  media: [...ofMedia, ...ofTime],
  // A file waits for its bucket, and its link for the file.
  s3: [...ofStorage, ...ofMedia, ...ofTime],
};

const byKind: Readonly<Record<Exclude<Outage['kind'], 'partition'>, readonly string[]>> = {
  frozenWorker: [...ofTime, ...ofDatabase, ...ofNetwork, 'ExtractionNotHeld'],
  killedWorker: [...ofTime, 'ExtractionNotHeld'],
  unmounted: ['RecordingsNotMounted'],
  clock: [],
};

/** The codes that an outage may leave in a history; any other one is wrong. */
export function expectedCodes(outage: Outage): ReadonlySet<string> {
  return new Set(outage.kind === 'partition' ? bySide[outage.side] : byKind[outage.kind]);
}
