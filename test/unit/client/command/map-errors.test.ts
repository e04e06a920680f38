import { ServiceError } from '@temporalio/client';
import { CommandError } from '../../../../client/command/exit-status';
import { mapErrors } from '../../../../client/command/map-errors';
import { SettingsError } from '../../../../config';
import { CxoneError } from '../../../../cxone';
import { RecordingFileError, StoreError } from '../../../../store';

const settings = new SettingsError([
  { name: 'DATABASE_URL', problem: 'is not set', expected: 'a PostgreSQL URL', remedy: 'Set it.' },
]);

describe('foreseen errors', () => {
  it.each([
    [settings, 2, 'BadSettings', 'DATABASE_URL is not set; expected a PostgreSQL URL. Set it.'],
    [
      new CxoneError('InvalidClient', 'CXone refuses the client', { remedy: 'Check it.' }),
      3,
      'InvalidClient',
      'CXone refuses the client. Check it.',
    ],
    [
      new StoreError('DatabaseUnavailable', 'PostgreSQL cannot be reached:', 'Start it.'),
      3,
      'DatabaseUnavailable',
      'PostgreSQL cannot be reached. Start it.',
    ],
    [
      new RecordingFileError('RecordingsNotMounted', '/data is not the storage', 'Mount it.'),
      3,
      'RecordingsNotMounted',
      '/data is not the storage. Mount it.',
    ],
    [
      new RecordingFileError('RecordingStorageRefused', '/data cannot be written.', 'Fix it.'),
      2,
      'RecordingStorageRefused',
      '/data cannot be written. Fix it.',
    ],
    [
      new ServiceError('Failed to get the result', { cause: new Error('14 UNAVAILABLE') }),
      3,
      'TemporalUnavailable',
      'Temporal cannot be reached or refuses: 14 UNAVAILABLE. A run that was started goes on by itself.',
    ],
  ])('%s ends the command with its status and one message', async (error, status, code, message) => {
    const end: unknown = await mapErrors(() => Promise.reject(error)).catch((thrown: unknown) => thrown);
    expect(end).toBeInstanceOf(CommandError);
    expect(end).toMatchObject({ status, code, message });
  });

  it('thrown before anything is awaited count as well', async () => {
    await expect(
      mapErrors(() => {
        throw settings;
      }),
    ).rejects.toMatchObject({ status: 2 });
  });

  it('leave everything else as it is', async () => {
    const mistake = new TypeError('ours');
    await expect(mapErrors(() => Promise.reject(mistake))).rejects.toBe(mistake);
    const decided = new CommandError(4, 'missing', 'Different');
    await expect(mapErrors(() => Promise.reject(decided))).rejects.toBe(decided);
  });

  it('do not change what succeeds', async () => {
    expect(await mapErrors(() => 7)).toBe(7);
  });
});
