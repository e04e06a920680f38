import { loadSettings, SettingsError, type Tenant } from '../../config';
import { openStore, StoreError } from '../../store';
import { type PlaybackReport, playbackReport, tallyDays } from '../command/recorded-calls';

/**
 * What the tenant's playback queries found so far, where `DATABASE_URL` is set and the database can be read: `check`
 * works without one, so failures are ignored here.
 */
export async function earlierQueries(
  { tenant, recordings, recordedCalls }: Pick<Tenant, 'tenant' | 'recordings' | 'recordedCalls'>,
  env: NodeJS.ProcessEnv,
): Promise<PlaybackReport | undefined> {
  if (!recordings || !(env['DATABASE_URL'] || env['DATABASE_URL_FILE'])) return undefined;
  try {
    const { database } = loadSettings(env, ['database']);
    const store = openStore({ url: database.url, maxConnections: 1, applicationName: 'cxone-sync check' });
    try {
      const tallies = await store.recordings.queriesOf([tenant], tallyDays);
      return playbackReport(tallies.get(tenant), recordedCalls);
    } finally {
      await store.close();
    }
  } catch (error) {
    if (error instanceof StoreError || error instanceof SettingsError) return undefined;
    throw error;
  }
}
