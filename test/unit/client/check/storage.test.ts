import { runChecks } from '../../../../client/check/check';
import { storageChecks } from '../../../../client/check/storage';
import { SettingsError } from '../../../../config';
import { RecordingFileError, StoreError } from '../../../../store';

const findingOf = async (probe: () => Promise<void>, wanted = true) =>
  (await runChecks(storageChecks(wanted, probe))).checks[0];

describe('the check of the recordings storage', () => {
  it('is ok when a file could be written and removed', async () => {
    expect(await findingOf(async () => {})).toMatchObject({ name: 'recordings-storage', status: 'ok' });
  });

  it('fails with the reason and what to do when the storage is not there', async () => {
    const problem = new RecordingFileError('RecordingsNotMounted', '/data is not the storage', 'Mount it.');
    expect(await findingOf(() => Promise.reject(problem))).toMatchObject({
      status: 'failed',
      code: 'RecordingsNotMounted',
      message: '/data is not the storage.',
      remedy: 'Mount it.',
    });
  });

  it.each([
    ['the database is away', new StoreError('DatabaseUnavailable', 'PostgreSQL is away', 'Start it.')],
    ['the database is not named', new SettingsError([])],
  ])('is unknown when %s, which fails nothing', async (_what, problem) => {
    expect(await findingOf(() => Promise.reject(problem))).toMatchObject({ status: 'unknown' });
  });

  it('tries nothing for a tenant without recordings', async () => {
    expect(await findingOf(() => Promise.reject(new Error('it was tried')), false)).toMatchObject({
      status: 'unknown',
      code: 'RecordingsOff',
    });
  });
});
