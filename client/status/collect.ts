import type { Client } from '@temporalio/client';
import type { Settings, TenantSettings } from '../../config';
import type { MisconfiguredTenant, Store } from '../../store';
import { stamp } from '../../workflows/ids';
import { CommandError } from '../command/exit-status';
import { mapErrors } from '../command/map-errors';
import { allEnded } from '../command/side-by-side';
import {
  connectTemporal,
  requireWorkers,
  type TemporalClient,
  temporalNamespace,
  webUiLink,
} from '../command/temporal';
import {
  type LinkOf,
  parkedShown,
  readDatabase,
  type StatusTenant,
  type StoredStatus,
} from './read-database';
import {
  listTemporal,
  readTemporal,
  type RunningStatus,
  type SeenRuns,
  type TemporalLists,
} from './read-temporal';
import type { GapLine, Misconfigured, StatusReport, TemporalState, TenantStatus } from './status-report';

/** Makes status reports on request. */
export interface Observer {
  /** @throws {StoreError} when the database cannot be read. That Temporal cannot be reached is part of the report. */
  report(): Promise<StatusReport>;
  close(): Promise<void>;
}

interface Listed {
  readonly state: TemporalState;
  /** Null when Temporal could not be asked. */
  readonly found: { readonly client: Client; readonly lists: TemporalLists } | null;
}

/** What to report on: tenants by their settings, and what is wrong with entries that are not in order, one line each. */
export interface Observed {
  readonly tenants: readonly TenantSettings[];
  readonly misconfigured: ReadonlyMap<string, readonly string[]>;
  /** The one tenant that was named, if any: then the tenants file is not compared with what Temporal holds. */
  readonly only: string | undefined;
  readonly isInFile: (tenant: string) => boolean;
}

/** An observer. It connects to Temporal for the first report, and again after a connection failed. */
export function createObserver(
  store: Store,
  { tenants, misconfigured, only, isInFile }: Observed,
  settings: Pick<Settings, 'temporal' | 'temporalUi'>,
): Observer {
  const namespace = temporalNamespace(settings.temporal.env);
  const linkOf: LinkOf = (workflowId, runId) =>
    webUiLink(settings.temporalUi.url, namespace, workflowId, runId);
  let temporal: TemporalClient | null = null;
  const disconnect = async (): Promise<void> => {
    const connected = temporal;
    temporal = null;
    await connected?.close();
  };

  async function list(): Promise<Listed> {
    try {
      temporal ??= await connectTemporal(settings.temporal.env);
      const connected = temporal;
      const [state, lists] = await allEnded([
        workersOf(connected),
        mapErrors(() => listTemporal(connected.client, only)),
      ]);
      return { state, found: { client: connected.client, lists } };
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      await disconnect();
      return { state: { reachable: false, workers: null, message: error.message }, found: null };
    }
  }

  async function ask(
    { state, found }: Listed,
    stored: ReadonlyMap<string, StoredStatus>,
  ): Promise<Pick<StatusReport, 'orphaned'> & { readonly runs: SeenRuns['tenants'] | null }> {
    if (found === null) return { runs: null, orphaned: [] };
    const known = new Map(
      [...stored].map(([tenant, { parked }]) => [tenant, new Set(parked.map(({ id }) => id))]),
    );
    const question = { known, linkOf, workers: state.workers === true };
    const { tenants: runs, others } = await readTemporal(found.client, found.lists, question);
    const orphaned = others
      .filter(({ tenant }) => !isInFile(tenant))
      .map(({ tenant, id, paused }) => ({ tenant, id, paused }));
    return { runs, orphaned };
  }

  return {
    async report() {
      const everyone = [...tenants, ...[...misconfigured.keys()].map(withoutSettings)];
      const [stored, noted, listed] = await allEnded([
        readDatabase(store, everyone, linkOf),
        store.misconfigured.list(),
        list(),
      ]);
      const { runs, orphaned } = await ask(listed, stored);
      return {
        at: new Date().toISOString(),
        temporal: listed.state,
        orphaned,
        tenants: [...stored].map(([tenant, status]) => ({
          ...together(tenant, status, runs?.get(tenant)),
          misconfigured: entryOf(tenant, misconfigured.get(tenant), noted),
        })),
      };
    },
    close: disconnect,
  };
}

/** In place of the settings of an entry that cannot be read. */
function withoutSettings(tenant: string): StatusTenant {
  // So that nothing is advised of a setting that cannot be read.
  const recordedCalls = 'listed';
  return {
    tenant,
    limits: {},
    extract: null,
    recordedCalls,
    skillIds: [],
    campaignIds: [],
    mediaTypeIds: [],
  };
}

/** What is wrong with the entry of a tenant. */
function entryOf(
  tenant: string,
  wrong: readonly string[] | undefined,
  noted: readonly MisconfiguredTenant[],
): Misconfigured | null {
  const code = 'TenantMisconfigured';
  if (wrong) return { code, seenBy: 'status', at: null, problems: wrong };
  const note = noted.find((one) => one.tenant === tenant);
  return note ? { code, seenBy: 'worker', at: stamp(note.notedAt), problems: note.problems } : null;
}

async function workersOf(temporal: TemporalClient): Promise<TemporalState> {
  try {
    await mapErrors(() => requireWorkers(temporal));
    return { reachable: true, workers: true, message: null };
  } catch (error) {
    if (!(error instanceof CommandError) || error.code !== 'NoWorker') throw error;
    return { reachable: true, workers: false, message: error.message };
  }
}

/** Adds what only Temporal knows: a run that parks because the database refuses cannot note that in the ledger. */
export function together(
  tenant: string,
  stored: StoredStatus,
  runs: RunningStatus | undefined,
): Omit<TenantStatus, 'misconfigured'> {
  // What a list that was cut off lacks is unknown.
  const unnoted = stored.parked.length < parkedShown ? (runs?.parked ?? []) : [];
  const ofWindows = unnoted.filter(({ type }) => type === 'syncWindow').length;
  const moved = Math.min(ofWindows, stored.windows.running);
  return {
    tenant,
    ...stored,
    windows: {
      ...stored.windows,
      running: stored.windows.running - moved,
      parked: stored.windows.parked + ofWindows,
    },
    gaps: stored.gaps.map((gap) => ({ ...gap, underWay: isUnderWay(gap, runs) })),
    parked: [...stored.parked, ...unnoted.map(({ type: _type, ...run }) => run)],
    schedules: runs?.schedules ?? null,
    backfills: runs?.backfills ?? null,
  };
}

/** Null when Temporal could not be asked. */
function isUnderWay({ backfill }: GapLine, runs: RunningStatus | undefined): boolean | null {
  return runs ? runs.backfills.some(({ id }) => id === backfill.id) : null;
}
