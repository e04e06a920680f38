import type { temporal } from '@temporalio/proto';

type Payload = temporal.api.common.v1.IPayload;
type Failure = temporal.api.failure.v1.IFailure;

/** All that a Temporal server would have kept of the runs: inputs, results, failures, labels, summaries, as text. */
export interface RecordedHistory {
  readonly lines: readonly string[];
  payloads(what: string, payloads: readonly (Payload | null | undefined)[]): void;
  failure(what: string, failure: Failure | null | undefined): void;
}

export function createRecordedHistory(): RecordedHistory {
  const lines: string[] = [];
  const text = ({ data }: Payload): string => Buffer.from(data ?? []).toString('utf8');
  const describe = (failure: Failure): string =>
    [
      failure.message,
      failure.stackTrace,
      failure.applicationFailureInfo?.type,
      ...(failure.applicationFailureInfo?.details?.payloads ?? []).map(text),
      failure.cause ? describe(failure.cause) : '',
    ].join('\n');
  return {
    lines,
    payloads(what, payloads) {
      for (const payload of payloads) if (payload) lines.push(`${what}: ${text(payload)}`);
    },
    failure(what, failure) {
      if (failure) lines.push(`${what}: ${describe(failure)}`);
    },
  };
}
