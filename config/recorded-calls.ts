import { type Problem, quoted } from './problems';
import type { TenantEntry } from './tenant-schema';

export type RecordedCalls = NonNullable<TenantEntry['recordedCalls']>;

type Given = Pick<TenantEntry, 'recordedCalls' | 'recordingSource'>;

/**
 * Which calls of a tenant are asked about. `recordingSource` is the older name: its `listed` means the same, and
 * `look-up`, which was its default and meant every call that can have a recording, goes with `all` and `logged`.
 */
export function recordedCallsOf({ recordedCalls, recordingSource }: Given): RecordedCalls {
  return recordedCalls ?? (recordingSource === 'listed' ? 'listed' : 'all');
}

/** Both names given, and not meaning the same. */
export function contradictingCalls({ recordedCalls, recordingSource }: Given, tenant: string): Problem[] {
  if (recordedCalls === undefined || recordingSource === undefined) return [];
  if ((recordedCalls === 'listed') === (recordingSource === 'listed')) return [];
  return [
    {
      name: `${tenant}.recordingSource`,
      problem: `is ${quoted(recordingSource)}, but recordedCalls is ${quoted(recordedCalls)}`,
      expected: 'recordedCalls alone, which takes the place of recordingSource',
      remedy: 'Remove recordingSource.',
    },
  ];
}

/** Calls that are listed nowhere would stay pending for ever. */
export function withoutListing(entry: TenantEntry, tenant: string): Problem[] {
  const { recordings, recordedCalls, extract } = entry;
  if (!recordings || recordedCallsOf(entry) !== 'listed' || extract.interactionMetadata) return [];
  const name = recordedCalls === undefined ? 'recordingSource' : 'recordedCalls';
  return [
    {
      name: `${tenant}.${name}`,
      problem: 'is "listed", but the interaction metadata that lists recordings is not extracted',
      expected: '"listed" together with "extract": {"interactionMetadata": true}',
      remedy:
        'Switch interactionMetadata on in extract (CXone asks for the permission Extract interaction metadata), ' +
        'or set recordedCalls to "all".',
    },
  ];
}
