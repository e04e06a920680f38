import { adoptStorage, openBareFiles, type RecordingStorage, type Store } from '../../store';
import { count, type Output } from '../command/output';

/**
 * Has the database take what `RECORDINGS_URL` names for its recordings storage, whatever is or is not there, and says
 * how much of what should be there is.
 *
 * @throws {RecordingFileError} when it cannot be read or written.
 */
export async function adoptRecordings(
  store: Pick<Store, 'storage'>,
  storage: RecordingStorage,
  output: Output,
): Promise<void> {
  const files = openBareFiles(storage);
  const { found, sampled } = await adoptStorage(files, store.storage);
  output.document({ place: files.place, sampled, found });
  output.result(`${files.place} is the recordings storage of this database from now on.`);
  if (sampled === 0) return;
  output.result(`Of ${count(sampled)} stored recordings that were looked for, ${count(found)} are there.`);
  if (found < sampled) {
    output.result(
      'What is missing is found by: npx cxone-sync recordings verify; verify --recordings --fix fetches it again.',
    );
  }
}
