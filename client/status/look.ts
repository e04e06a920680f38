import type { Settings, TenantSettings } from '../../config';
import type { MisconfiguredTenant, Store } from '../../store';
import { stamp } from '../../workflows/ids';
import { CommandError } from '../exit-status';
import { foreseen } from '../foreseen';
import {
  connectTemporal,
  requireWorkers,
  type TemporalClient,
  temporalNamespace,
  webUiLink,
} from '../temporal';
import {
  type LinkOf,
  parkedShown,
  readDatabase,
  type StatusTenant,
  type StoredStatus,
} from './read-database';
import { readTemporal, type RunningStatus } from './read-temporal';
import type { GapLine, StatusReport, TemporalState, TenantStatus } from './status-report';

/** Looks at everything, as often as it is asked to. */
export interface Observer {
  /** @throws {StoreError} when the database cannot be read. That Temporal cannot be reached is part of the report. */
  look(): Promise<StatusReport>;
  close(): Promise<void>;
}

/** Whom to look at: tenants by their settings, and what is wrong with entries that are not in order, one line each. */
export interface Observed {
  readonly tenants: readonly TenantSettings[];
  readonly misconfigured: ReadonlyMap<string, readonly string[]>;
}

interface Seen {
  readonly state: TemporalState;
  /** By tenant; null when Temporal could not be asked. */
  readonly runs: ReadonlyMap<string, RunningStatus> | null;
}

/** The observer of the tenants. Its connection to Temporal is made at the first look, and anew after trouble. */
export function createObserver(
  store: Store,
  { tenants, misconfigured }: Observed,
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

  async function askTemporal(stored: ReadonlyMap<string, StoredStatus>): Promise<Seen> {
    try {
      temporal ??= await connectTemporal(settings.temporal.env);
      const { client } = temporal;
      const runs = await foreseen(() =>
        Promise.all(
          [...stored].map(async ([tenant, { parked }]) => {
            const known = new Set(parked.map(({ id }) => id));
            return [tenant, await readTemporal(client, tenant, known, linkOf)] as const;
          }),
        ),
      );
      return { state: await workersOf(temporal), runs: new Map(runs) };
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      await disconnect();
      return { state: { reachable: false, workers: null, message: error.message }, runs: null };
    }
  }

  return {
    async look() {
      const everyone = [...tenants, ...[...misconfigured.keys()].map(withoutSettings)];
      const [stored, noted] = await Promise.all([
        readDatabase(store, everyone, linkOf),
        store.misconfigured.list(),
      ]);
      const { state, runs } = await askTemporal(stored);
      return {
        at: new Date().toISOString(),
        temporal: state,
        tenants: [...stored].map(([tenant, status]) => ({
          ...together(tenant, status, runs?.get(tenant)),
          ...entryOf(tenant, status, misconfigured.get(tenant), noted),
        })),
      };
    },
    close: disconnect,
  };
}

/** What an entry that cannot be read says: nothing is wanted, and nothing is left out. */
function withoutSettings(tenant: string): StatusTenant {
  const extract = { interactionMetadata: false, evaluations: false };
  return { tenant, limits: {}, extract, skillIds: [], campaignIds: [], mediaTypeIds: [] };
}

/** What is wrong with the entry of a tenant. Of one that cannot be read, no filter can be compared. */
function entryOf(
  tenant: string,
  { filterWidened }: StoredStatus,
  wrong: readonly string[] | undefined,
  noted: readonly MisconfiguredTenant[],
): Pick<TenantStatus, 'misconfigured' | 'filterWidened'> {
  const code = 'TenantMisconfigured';
  if (wrong)
    return { filterWidened: false, misconfigured: { code, seenBy: 'status', at: null, problems: wrong } };
  const note = noted.find((one) => one.tenant === tenant);
  if (!note) return { filterWidened, misconfigured: null };
  const { problems, notedAt } = note;
  return { filterWidened, misconfigured: { code, seenBy: 'worker', at: stamp(notedAt), problems } };
}

async function workersOf(temporal: TemporalClient): Promise<TemporalState> {
  try {
    await foreseen(() => requireWorkers(temporal));
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
  // Of a list that was cut off nobody can say what it lacks.
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
