import { loadSettings, type Tenant } from '../../config';
import type { MarkOptions, RecordingStorage } from '../../store';

/**
 * The recordings storage of the settings, with the keys of these tenants.
 * @throws {SettingsError} when a setting is missing or wrong.
 */
export function recordingStorage(tenants: readonly Tenant[]): RecordingStorage {
  const { recordings } = loadSettings(process.env, ['recordings']);
  const rings = new Map(tenants.map(({ tenant, recordingKeys }) => [tenant, recordingKeys]));
  return { ...recordings, keysOf: (tenant) => rings.get(tenant) ?? [] };
}

/** For commands that read recordings: they make neither the folder nor the mark of a storage. */
export const readsOnly: MarkOptions = { mayMark: false };

/** For commands that try the storage before anything is started: a worker alone may mark another in its place. */
export const triesOnly: MarkOptions = { mayMark: 'first' };
