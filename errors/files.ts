import { type ErrorRow, ordinary } from './error-row';

const fetchAgain = 'Fetch it again.';

/** The storage of recordings, and single files in it. */
export const fileErrors = {
  RecordingStorageUnavailable: {
    kind: 'retryable',
    scope: 'deployment',
    resume: 'step',
    ...ordinary,
    message: 'The recordings storage could not be used',
    remedy: 'Check the disk or mount.',
  },
  RecordingStorageRefused: {
    kind: 'operator',
    scope: 'deployment',
    resume: 'step',
    ...ordinary,
    message: 'The recordings storage refuses a request',
    remedy: 'Correct RECORDINGS_URL.',
  },
  RecordingStorageFull: {
    kind: 'operator',
    scope: 'deployment',
    resume: 'step',
    ...ordinary,
    message: 'No space is left in the recordings storage',
    remedy: 'Free or add disk space.',
  },
  RecordingsNotMounted: {
    kind: 'operator',
    scope: 'deployment',
    resume: 'step',
    ...ordinary,
    message: 'What RECORDINGS_URL names is not the recordings storage of this database',
    remedy:
      'Mount the storage, or correct RECORDINGS_URL, and resume what is parked. Nothing was written. If the storage was ' +
      'replaced on purpose, run: npx cxone-sync recordings adopt.',
  },
  RecordingEncryptionKeyUnknown: {
    kind: 'operator',
    scope: 'tenant',
    resume: 'step',
    ...ordinary,
    message: 'A recording is encrypted with a key that the tenant does not have',
    remedy: 'Add that key to recordingKeys of the tenants file, after the first.',
  },
  RecordingKeyRefused: {
    kind: 'permanent',
    scope: 'file',
    resume: 'step',
    ...ordinary,
    message: 'A recording cannot be stored under its id',
    remedy: 'Report it: CXone sent an id of a new form.',
  },
  RecordingMissing: {
    kind: 'permanent',
    scope: 'file',
    resume: 'step',
    ...ordinary,
    message: 'The recording is not there',
    remedy: fetchAgain,
  },
  RecordingDamaged: {
    kind: 'permanent',
    scope: 'file',
    resume: 'step',
    ...ordinary,
    message: 'The encrypted recording is damaged',
    remedy: 'Check the key of that id, then have it fetched again: verify --recordings --fix.',
  },
  RecordingIncomplete: {
    kind: 'retryable',
    scope: 'recording',
    resume: 'step',
    ...ordinary,
    message: 'The recording is shorter or longer than announced',
    remedy: fetchAgain,
  },
  RecordingEmpty: {
    kind: 'retryable',
    scope: 'recording',
    resume: 'step',
    ...ordinary,
    message: 'The recording is empty',
    remedy: fetchAgain,
  },
  RecordingTooLarge: {
    kind: 'permanent',
    scope: 'recording',
    resume: 'step',
    ...ordinary,
    message: 'The recording is larger than the limit',
    remedy: fetchAgain,
  },
} as const satisfies Readonly<Record<string, ErrorRow>>;
