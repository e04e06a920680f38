import type { Tenant } from '../../config';
import { createCxoneClient, type ExtractionEntity, type SignInStep } from '../../cxone';
import type { PlaybackReport } from '../command/recorded-calls';
import { type CheckReport, runChecks } from './check';
import { extractionChecks } from './extraction';
import { type Clocks, listChecks } from './lists';
import { needOf } from './need';
import { playbackChecks } from './playback';
import { signInChecks } from './sign-in';
import { storageChecks } from './storage';

export interface CheckOptions {
  /** Milliseconds since 1970; the system's clock if not given. */
  readonly now?: () => number;
  /** Called with the name of each check that runs. */
  readonly onStart?: (name: string) => void;
  /** Checks the recordings storage; without it, it is not checked. */
  readonly probeStorage?: (() => Promise<void>) | undefined;
  /** What earlier playback queries of the tenant found, where a database knows. */
  readonly playback?: PlaybackReport | undefined;
}

/**
 * Checks everything that a customer sets up in CXone, each by itself: some dozen small requests, at most two of them
 * for a token. Nothing is written anywhere but a file to the recordings storage that is removed again, and nothing of a contact but ids and start is fetched.
 */
export async function checkTenant(tenant: Tenant, options: CheckOptions = {}): Promise<CheckReport> {
  const now = options.now ?? Date.now;
  const steps = new Map<SignInStep['step'], SignInStep>();
  const client = createCxoneClient(tenant, { onSignIn: (step) => void steps.set(step.step, step) });
  const clocks: Clocks = {};
  const checks = [
    ...signInChecks(tenant, { client, steps }),
    ...listChecks({ tenant, client, clocks, now }),
    ...playbackChecks({
      client,
      clocks,
      now,
      recordings: tenant.recordings,
      recordedCalls: tenant.recordedCalls,
      playback: options.playback,
    }),
    ...extractionChecks(client, wantedEntities(tenant)),
    ...(options.probeStorage ? storageChecks(tenant.recordings, options.probeStorage) : []),
  ];
  try {
    return await runChecks(checks, (name) => needOf(name, tenant), options.onStart);
  } finally {
    client.close();
  }
}

/** What Data Extraction calls the datasets that a tenant's settings have extracted (contract §10). */
function wantedEntities({ extract }: Tenant): readonly ExtractionEntity[] {
  return [
    ...(extract.interactionMetadata ? (['recording-interaction-metadata'] as const) : []),
    ...(extract.evaluations ? (['qm-workflows'] as const) : []),
  ];
}
