import type { Settings, Tenant } from '../../config';
import type { Store } from '../../store';
import { CommandError } from '../exit-status';
import { foreseen } from '../foreseen';
import {
  connectTemporal,
  requireWorkers,
  type TemporalClient,
  temporalNamespace,
  webUiLink,
} from '../temporal';
import { type LinkOf, parkedShown, readDatabase, type StoredStatus } from './read-database';
import { readTemporal, type RunningStatus } from './read-temporal';
import type { GapLine, StatusReport, TemporalState, TenantStatus } from './status-report';

/** Looks at everything, as often as it is asked to. */
export interface Observer {
  /** @throws {StoreError} when the database cannot be read. That Temporal cannot be reached is part of the report. */
  look(): Promise<StatusReport>;
  close(): Promise<void>;
}

interface Seen {
  readonly state: TemporalState;
  /** By tenant; null when Temporal could not be asked. */
  readonly runs: ReadonlyMap<string, RunningStatus> | null;
}

/** The observer of the tenants. Its connection to Temporal is made at the first look, and anew after trouble. */
export function createObserver(
  store: Store,
  tenants: readonly Tenant[],
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
      const stored = await readDatabase(store, tenants, linkOf);
      const { state, runs } = await askTemporal(stored);
      return {
        at: new Date().toISOString(),
        temporal: state,
        tenants: [...stored].map(([tenant, status]) => together(tenant, status, runs?.get(tenant))),
      };
    },
    close: disconnect,
  };
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
): TenantStatus {
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
