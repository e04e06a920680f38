import type { Problem } from './problems';

type Entry = Readonly<Record<string, unknown>>;

const ofBulk = {
  problem: 'belonged to asking Media Download for many recordings at once, which is gone',
  remedy:
    'Remove it. Media Download puts recordings into the export location (cloud storage) that the customer has ' +
    'configured, and gives no link to them, so that nothing could be fetched from its answer. To save playback ' +
    'queries, let the interaction metadata list the recordings (recordedCalls): docs/recordings.md.',
} as const;

/** Keys of a tenant that an earlier release had, and of its `limits`. */
const removedKeys = ['bulkCallsPerRequest', 'bulkWaitMinutes'];
const removedLimits = ['bulk'];

/**
 * Takes out of a tenant's entry what an earlier release had and this one has not.
 * @returns the entry without it, and for each such setting a problem that gives the reason
 */
export function withoutRemoved(
  given: unknown,
  tenant: string,
): { readonly entry: unknown; readonly refused: readonly Problem[] } {
  if (!isEntry(given)) return { entry: given, refused: [] };
  const refused: Problem[] = [];
  const refuse = (name: string, expected: string): void => {
    refused.push({ name: `${tenant}.${name}`, ...ofBulk, expected });
  };
  const entry = without(given, removedKeys, (key) => refuse(key, 'no such setting'));
  if (isEntry(entry['limits'])) {
    entry['limits'] = without(entry['limits'], removedLimits, (key) =>
      refuse(`limits.${key}`, 'no such setting'),
    );
  }
  if (entry['recordingSource'] === 'bulk') {
    delete entry['recordingSource'];
    refuse('recordingSource', 'look-up or listed');
  }
  return { entry, refused };
}

function without(
  entry: Entry,
  keys: readonly string[],
  onFound: (key: string) => void,
): Record<string, unknown> {
  for (const key of keys) if (key in entry) onFound(key);
  return Object.fromEntries(Object.entries(entry).filter(([key]) => !keys.includes(key)));
}

function isEntry(value: unknown): value is Entry {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
