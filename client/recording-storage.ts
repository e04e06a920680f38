import { loadSettings, type Tenant } from '../config';
import { openRecordingFiles, type RecordingFiles, type RecordingStorage } from '../store';

/**
 * The recordings storage of the settings, with the keys of these tenants.
 * @throws {SettingsError} when a setting is missing or wrong.
 */
export function recordingStorage(tenants: readonly Tenant[]): RecordingStorage {
  const { recordings } = loadSettings(process.env, ['recordings']);
  const rings = new Map(tenants.map(({ tenant, recordingKeys }) => [tenant, recordingKeys]));
  return { ...recordings, keysOf: (tenant) => rings.get(tenant) ?? [] };
}

/** Opens it; nothing is tried yet. */
export function openTenantsRecordings(tenants: readonly Tenant[]): RecordingFiles {
  return openRecordingFiles(recordingStorage(tenants));
}
