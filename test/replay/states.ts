/** The parts of an event of a recorded history that show what state its run is in. */
export interface RecordedEvent {
  readonly eventType?: string;
  readonly workflowExecutionStartedEventAttributes?: {
    readonly workflowType?: { readonly name?: string };
    readonly continuedExecutionRunId?: string;
    readonly input?: { readonly payloads?: readonly Payload[] };
  };
  readonly workflowTaskCompletedEventAttributes?: {
    readonly sdkMetadata?: { readonly coreUsedFlags?: readonly number[] };
  };
  readonly workflowExecutionUpdateAcceptedEventAttributes?: {
    readonly acceptedRequest?: { readonly input?: { readonly name?: string } };
  };
  readonly workflowExecutionSignaledEventAttributes?: {
    readonly signalName?: string;
    readonly input?: { readonly payloads?: readonly Payload[] };
  };
  readonly activityTaskScheduledEventAttributes?: {
    readonly activityType?: { readonly name?: string };
  };
  readonly startChildWorkflowExecutionInitiatedEventAttributes?: {
    readonly workflowType?: { readonly name?: string };
  };
  readonly upsertWorkflowSearchAttributesEventAttributes?: {
    readonly searchAttributes?: { readonly indexedFields?: Readonly<Record<string, Payload>> };
  };
}

interface Payload {
  readonly data?: string;
}

type Events = readonly RecordedEvent[];
type State = (events: Events) => boolean;

/** The type of the workflow a history is of. */
export function typeOf(events: Events): string {
  return events[0]?.workflowExecutionStartedEventAttributes?.workflowType?.name ?? '';
}

const decoded = ({ data = '' }: Payload = {}): unknown =>
  data === '' ? undefined : JSON.parse(Buffer.from(data, 'base64').toString('utf8'));

const endsBy = (end: string): State => {
  const type = `EVENT_TYPE_WORKFLOW_EXECUTION_${end}`;
  return (events) => events.at(-1)?.eventType === type;
};
const ends = ['COMPLETED', 'FAILED', 'CANCELED', 'CONTINUED_AS_NEW', 'TERMINATED', 'TIMED_OUT'].map(endsBy);
const isOpen: State = (events) => !ends.some((over) => over(events));
const both =
  (one: State, other: State): State =>
  (events) =>
    one(events) && other(events);
const updated = (name: string): State => {
  const has = (event: RecordedEvent): boolean =>
    event.workflowExecutionUpdateAcceptedEventAttributes?.acceptedRequest?.input?.name === name;
  return (events) => events.some(has);
};
const statusWas = (status: string): State => {
  const has = ({ upsertWorkflowSearchAttributesEventAttributes: upsert }: RecordedEvent): boolean =>
    JSON.stringify(decoded(upsert?.searchAttributes?.indexedFields?.['CxoneStatus']) ?? '').includes(status);
  return (events) => events.some(has);
};
const hasChild = (type: string): State => {
  const has = (event: RecordedEvent): boolean =>
    event.startChildWorkflowExecutionInitiatedEventAttributes?.workflowType?.name === type;
  return (events) => events.some(has);
};
interface WindowEnded {
  readonly from: string;
  readonly outcome: string;
}
/** What a backfill's windows reported to it, in order. */
const news = (events: Events): readonly WindowEnded[] =>
  events.flatMap(({ workflowExecutionSignaledEventAttributes: signaled }) =>
    signaled?.signalName === 'windowEnded' ? [decoded(signaled.input?.payloads?.[0]) as WindowEnded] : [],
  );
const hasParkedChild: State = (events) => news(events).some(({ outcome }) => outcome === 'parked');
const hasResumedChild: State = (events) =>
  news(events).some(
    ({ from, outcome }, index, all) =>
      outcome === 'parked' &&
      all.slice(index).some((later) => later.from === from && later.outcome === 'complete'),
  );
/** A range that got a report of a parked day, or of one that ended later by an operator's help. */
const hasNewsOf = (outcome: string): State => {
  const has = ({ workflowExecutionSignaledEventAttributes: signaled }: RecordedEvent): boolean =>
    signaled?.signalName === 'dayEnded' &&
    (decoded(signaled.input?.payloads?.[0]) as WindowEnded).outcome === outcome;
  return (events) => events.some(has);
};
const isByUpdate: State = ([started]) =>
  (
    decoded(started?.workflowExecutionStartedEventAttributes?.input?.payloads?.[0]) as
      { readonly by?: string } | undefined
  )?.by === 'update';
const isContinuation: State = ([started]) =>
  (started?.workflowExecutionStartedEventAttributes?.continuedExecutionRunId ?? '') !== '';
const isParked = both(isOpen, statusWas('AwaitingOperator'));

const [complete, failed, cancelled, continued] = ends as [State, State, State, State];
const byPerson = {
  parked: isParked,
  resumed: both(updated('resume'), complete),
  skipped: both(updated('skip'), complete),
  aborted: both(updated('abort'), failed),
};

/**
 * The states a run of each type can be in when a new release meets it: of each there must be a history. A type of
 * workflow that is missing here fails the test, and so does one without histories.
 */
export const requiredStates: Readonly<Record<string, Readonly<Record<string, State>>>> = {
  syncWindow: {
    running: both(isOpen, (events) => !isParked(events)),
    complete,
    failed,
    cancelled,
    ...byPerson,
    'given up by time': both(
      statusWas('AwaitingOperator'),
      (events) => failed(events) && !updated('abort')(events),
    ),
    'to be continued': continued,
    'a continuation': isContinuation,
    'by update, running': both(isByUpdate, isOpen),
    'by update, complete': both(isByUpdate, complete),
    split: both(hasChild('syncWindow'), complete),
    'with its recordings in children': both(hasChild('downloadRecordings'), isOpen),
  },
  backfill: {
    'mid-way': both(isOpen, hasChild('syncWindow')),
    complete,
    failed,
    cancelled: updated('cancel'),
    'paused, mid-way': both(isOpen, updated('pause')),
    'paused and resumed': both(updated('pause'), updated('resume')),
    retried: updated('retryFailed'),
    'with a parked child': both(isOpen, hasParkedChild),
    'with a child that was resumed': hasResumedChild,
    'to be continued': continued,
    'a continuation': isContinuation,
  },
  incrementalSync: {
    running: both(isOpen, hasChild('syncWindow')),
    complete,
    failed,
    ...byPerson,
    'with a gap': hasChild('backfill'),
    'with a gap that a person decides about': hasChild('askAboutGap'),
  },
  askAboutGap: { complete, ...byPerson },
  sweepRecordings: {
    running: both(isOpen, (events) => !isParked(events)),
    complete,
    ...byPerson,
    'to be continued': continued,
    'a continuation': isContinuation,
  },
  downloadRecordings: {
    running: isOpen,
    complete,
  },
  extractDataset: {
    running: both(isOpen, (events) => !isParked(events) && !hasChild('extractDataset')(events)),
    complete,
    failed,
    cancelled,
    ...byPerson,
    'several days, mid-way': both(isOpen, hasChild('extractDataset')),
    'several days, complete': both(complete, hasChild('extractDataset')),
    'with a parked day': both(isOpen, hasNewsOf('parked')),
    'with a day that was resumed': both(hasNewsOf('parked'), hasNewsOf('complete')),
    'to be continued': continued,
    'a continuation': isContinuation,
  },
};
