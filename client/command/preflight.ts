import {
  loadSettings,
  loadTenants,
  loadTenantSettings,
  sentenceOf,
  type Tenant,
  type TenantSettings,
  type TenantsFile,
  terminalText,
} from '../../config';
import { createCxoneClient, type CxoneClientOptions } from '../../cxone';
import {
  openBareFiles,
  openRecordingFiles,
  openStore,
  pendingMigrations,
  type RecordingStorage,
  type Store,
} from '../../store';
import { stamp } from '../../workflows/ids';
import type { SyncWindow } from '../../workflows/inputs';
import { CommandError, exitStatus } from './exit-status';
import { mapErrors } from './map-errors';
import { keepingAnswers } from './kept-answers';
import { recordingStorage, triesOnly } from './recording-storage';
import { connectTemporal, requireWorkers, type TemporalClient } from './temporal';

/** What a command that starts windows has found in order. The caller closes the client. */
export interface Ready {
  readonly temporal: TemporalClient;
  readonly uiUrl: string;
}

/**
 * Checks everything that a window needs, before anything is started: settings, tenant, database, recordings storage,
 * Temporal, workers, and CXone with the tenant's credentials, asked once.
 *
 * @throws {CommandError} with the first thing that is not in order: status 2 for input and settings, 3 for what refuses
 * or cannot be reached.
 */
export async function preflight(window: SyncWindow): Promise<Ready> {
  return prepare(window.tenant, window.recordings, (tenant, options) => askCxone(tenant, window, options));
}

/**
 * The same for a run that needs neither contacts nor recordings: CXone is asked for a token only.
 *
 * @throws {CommandError} as `preflight`.
 */
export async function preflightTenant(name: string): Promise<Ready> {
  return prepare(name, false, async (tenant, options) => {
    const cxone = createCxoneClient(tenant, options);
    await cxone.authenticate().finally(() => cxone.close());
  });
}

async function prepare(
  name: string,
  wantsRecordings: boolean | 'later' | undefined,
  ask: (tenant: Tenant, options: CxoneClientOptions) => Promise<unknown>,
): Promise<Ready> {
  const settings = await mapErrors(() =>
    loadSettings(process.env, ['tenants', 'database', 'temporal', 'temporalUi']),
  );
  const tenant = await mapErrors(() => tenantOf(name, settings.tenants.file));
  const recordings = wantsRecordings ?? tenant.recordings;
  const storage = recordings ? await mapErrors(() => recordingStorage([])) : null;
  // What is wrong with the address shows without the database.
  if (storage !== null) await mapErrors(() => openBareFiles(storage).readMark());
  await mapErrors(() => requireDatabase(settings.database.url));
  if (storage !== null) await mapErrors(() => probeRecordings(settings.database.url, storage));
  const temporal = await connectTemporal(settings.temporal.env);
  try {
    await requireWorkers(temporal);
    const { url } = settings.database;
    await mapErrors(() => keepingAnswers(url, name, (keepAnswer) => ask(tenant, { keepAnswer })));
    // The credentials work: workers that hold a refusal from before they were fixed retry at once.
    await mapErrors(() => inStore(url, (store) => store.signIns.note(tenant.tenant)));
  } catch (error) {
    await temporal.close();
    throw error;
  }
  return { temporal, uiUrl: settings.temporalUi.url };
}

/**
 * The tenant of that name, with its secrets read; what is wrong with other entries does not matter.
 * @throws {SettingsError} when the tenants file as a whole is not in order.
 * @throws {CommandError} status 2 when it has no such tenant, or its entry is not in order (`TenantMisconfigured`).
 */
export function tenantOf(name: string, file: string): Tenant {
  return chooseTenant(loadTenants(file, process.env), name, file);
}

/** The same without its secrets, for what asks CXone nothing. @throws as `tenantOf` */
export function tenantSettingsOf(name: string, file: string): TenantSettings {
  return chooseTenant(loadTenantSettings(file), name, file);
}

function chooseTenant<T>({ tenants, misconfigured }: TenantsFile<T>, name: string, file: string): T {
  const tenant = tenants.get(name);
  if (tenant) return tenant;
  const problems = misconfigured.get(name);
  if (problems) {
    const message = [
      `The entry of tenant "${name}" in ${file} is not in order:`,
      ...problems.map(sentenceOf),
    ];
    throw new CommandError(exitStatus.badInput, message.join('\n'), 'TenantMisconfigured');
  }
  const known = [...tenants.keys(), ...misconfigured.keys()].sort().map(terminalText).join(', ');
  throw new CommandError(
    exitStatus.badInput,
    `No tenant "${terminalText(name)}" in ${file} (known: ${known}). Correct --tenant, or add the tenant to the file.`,
    'UnknownTenant',
  );
}

/** @throws {RecordingFileError} when files cannot be written, or the storage is not the database's. */
export async function probeRecordings(url: string, storage: RecordingStorage): Promise<void> {
  await inStore(url, (store) => openRecordingFiles(storage, store.storage, triesOnly).probe());
}

/**
 * Makes sure that the database answers and has the schema this program needs.
 *
 * @throws {StoreError} when it cannot be reached or refuses.
 * @throws {CommandError} status 3 when it is not migrated.
 */
export async function requireDatabase(url: string): Promise<void> {
  await inStore(url, (store) => store.ping());
  const pending = await pendingMigrations(url);
  if (pending.length === 0) return;
  throw new CommandError(
    exitStatus.unavailable,
    `The database lacks ${pending.length} migration${pending.length > 1 ? 's' : ''} (${pending.join(', ')}). ` +
      'Run: npx cxone-sync migrate',
    'DatabaseNotMigrated',
  );
}

/**
 * Runs `work` with the store of the settings, once the database is in order.
 * @param command how its connections are named
 * @throws {SettingsError}, and as `requireDatabase`
 */
export async function withStore<T>(command: string, work: (store: Store) => Promise<T>): Promise<T> {
  const { database } = loadSettings(process.env, ['database']);
  await requireDatabase(database.url);
  return inStore(database.url, work, command);
}

async function inStore<T>(
  url: string,
  work: (store: Store) => Promise<T>,
  command = 'preflight',
): Promise<T> {
  const store = openStore({ url, maxConnections: 2, applicationName: `cxone-sync ${command}` });
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

/** One token and one small request: wrong credentials, a missing permission and a future window show here. */
async function askCxone(tenant: Tenant, window: SyncWindow, options: CxoneClientOptions): Promise<void> {
  const cxone = createCxoneClient(tenant, options);
  const asked = async () => {
    await cxone.authenticate();
    return cxone.contactPage({ from: window.from, to: window.to, filter: {}, skip: 0, top: 1 });
  };
  const page = await asked().finally(() => cxone.close());
  const now = page.lastPollTime ?? new Date().toISOString();
  if (window.to.getTime() <= Date.parse(now)) return;
  throw new CommandError(
    exitStatus.badInput,
    `--to ${stamp(window.to)} lies in the future: CXone’s clock says ${now}. Choose a window that ends in the past.`,
    'WindowInFuture',
  );
}
