import { type Command, InvalidArgumentError } from 'commander';
import { loadSettings } from '../../config';
import { openRecordingFiles, type RecordingFiles, type Store } from '../../store';
import { addCommonFlags, type CommonFlags } from '../command/flags';
import { mapErrors } from '../command/map-errors';
import { createOutput } from '../command/output';
import { tenantOf, withStore } from '../command/preflight';
import { readsOnly, recordingStorage } from '../command/recording-storage';
import { adoptRecordings } from './adopt';
import { decryptCall } from './decrypt';
import { verifyRecordings } from './verify';

interface DecryptFlags extends CommonFlags {
  readonly tenant: string;
  readonly masterContact: string;
  readonly out: string;
}

interface VerifyFlags extends CommonFlags {
  readonly tenant: string;
  readonly from: string;
  readonly to: string;
}

/** `cxone-sync recordings`: stored files, read through their encryption. Neither CXone nor Temporal is asked. */
export function addRecordingsCommand(program: Command): void {
  const recordings = program
    .command('recordings')
    .description(
      'Stored recordings: write those of a call as plain files, prove that all are whole, or say where they lie',
    );

  addCommonFlags(
    recordings
      .command('decrypt')
      .description('Write the recordings of one call as plain files: PERSONAL DATA')
      .requiredOption('--tenant <id>', 'tenant of the tenants file')
      .requiredOption('--master-contact <id>', 'master contact id of the call', masterContactId)
      .option('--out <dir>', 'folder to write to; made if it is not there', '.'),
  )
    .addHelpText(
      'after',
      `
Files are named <master contact>-<segment>.mp4, are for the owner alone, and appear only when length and SHA-256 are
those of their rows. Recordings that are not encrypted are copied.
Exit status: 0 all written · 2 bad input or settings, or a key is missing · 3 PostgreSQL or the storage cannot be
reached · 4 there is none, or one is gone or damaged`,
    )
    .action(async (flags: DecryptFlags) =>
      mapErrors(() =>
        withFiles(flags.tenant, (store, files) =>
          decryptCall(
            store.recordings,
            files,
            { tenant: flags.tenant, masterContactId: flags.masterContact, out: flags.out },
            createOutput(flags),
          ),
        ),
      ),
    );

  addCommonFlags(
    recordings
      .command('verify')
      .description('Read every stored recording of a range again: length and SHA-256')
      .requiredOption('--tenant <id>', 'tenant of the tenants file')
      .requiredOption('--from <date>', 'first moment, ISO 8601 with zone, e.g. 2026-11-01T00:00:00Z')
      .requiredOption('--to <date>', 'end, exclusive'),
  )
    .addHelpText(
      'after',
      `
Recordings of calls with a contact that started in the range. Nothing is changed; \`verify --recordings --fix\` has
CXone asked again for those that are gone or damaged.
Exit status: 0 all whole · 2 bad input or settings, or a key is missing · 3 PostgreSQL or the storage cannot be
reached · 4 some are gone or damaged`,
    )
    .action(async (flags: VerifyFlags) =>
      mapErrors(() =>
        withFiles(flags.tenant, (store, files) =>
          verifyRecordings(store.holdings, files, flags, createOutput(flags)),
        ),
      ),
    );

  addCommonFlags(
    recordings
      .command('adopt')
      .description('Take what RECORDINGS_URL names for the recordings storage of this database'),
  )
    .addHelpText(
      'after',
      `
For a storage that was replaced on purpose, or whose mark (.cxone-sync-storage) was lost together with its recordings.
Not for one that is merely not mounted: what is stored then is hidden as soon as it is. Nothing is removed.
Exit status: 0 done · 2 bad input or settings, or the storage cannot be written · 3 PostgreSQL cannot be reached`,
    )
    .action(async (flags: CommonFlags) =>
      mapErrors(() => {
        const storage = recordingStorage([]);
        return withStore('recordings', (store) => adoptRecordings(store, storage, createOutput(flags)));
      }),
    );

  for (const command of recordings.commands) command.copyInheritedSettings(program);
}

function masterContactId(text: string): string {
  if (/^[0-9]{1,19}$/.test(text)) return text;
  throw new InvalidArgumentError('expected the id of a contact, such as 693159199085');
}

async function withFiles<T>(
  tenant: string,
  work: (store: Store, files: RecordingFiles) => Promise<T>,
): Promise<T> {
  const { tenants } = loadSettings(process.env, ['tenants']);
  const storage = recordingStorage([tenantOf(tenant, tenants.file)]);
  return withStore('recordings', async (store) => {
    const files = openRecordingFiles(storage, store.storage, readsOnly);
    await files.check();
    return work(store, files);
  });
}
