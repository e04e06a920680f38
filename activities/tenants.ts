import type { CxoneClient } from '../cxone';
import { activityFailure } from './application-failure';

/** How the extraction jobs of a tenant are made (contract §10). */
export interface ExtractTuning {
  readonly interactionMetadataVersion: string;
  readonly evaluationsVersion: string;
  /** CXone takes a tenant's jobs this number of seconds apart. */
  readonly secondsApart: number;
}

/** How a tenant's windows are read, from the tenants file. */
export interface TenantTuning {
  /** Rows per request, 1 to 10,000. */
  readonly pageSize: number;
  readonly pagesInFlight: number;
  readonly recordingsInFlight: number;
  /** Re-reads of a window whose count moved. */
  readonly maxRereads: number;
  /** Changes of the last stretch before the watermark are read again. */
  readonly overlapMinutes: number;
  /** How far back CXone can be asked for changes; what is older is read by start. */
  readonly lookBackDays: number;
  /** For this number of days after its start a contact may still change unseen by `updatedSince`. */
  readonly rereadDays: number;
  /** How long a parked run waits for a person. */
  readonly parkedTimeoutHours: number;
  /** A window with more contacts is read in halves. */
  readonly maxContactsPerWindow: number;
  /** A window of 20 contacts or more with a larger share of rejected ones waits for a person; 0 to 1. */
  readonly maxRejectedShare: number;
  /** What CXone allows, where the settings say it. */
  readonly limits?: { readonly media: { readonly requests: number; readonly perSeconds: number } };
  /** An agent not read for longer is read again. */
  readonly agentRefreshHours: number;
  /** A list of reference data is read again after this long. */
  readonly lookupRefreshHours: number;
  /** A recording that has not arrived this long after its call is absent. */
  readonly recordingGiveUpHours: number;
  /** Pauses between queries for a recording that is not there yet; the last one again and again. */
  readonly recordingLookAfterMinutes: readonly number[];
  /** Media types whose contacts may have a recording; the others cost no playback query. */
  readonly recordedMediaTypeIds: readonly number[];
  readonly recordings: boolean;
  /** Which calls are asked about: all, those the contacts call logged, or those the interaction metadata lists. */
  readonly recordedCalls: 'all' | 'logged' | 'listed';
  /** How Data Extraction is asked; which datasets are kept up to date is the schedule's business. */
  readonly extract: ExtractTuning;
  readonly skillIds: readonly number[];
  readonly campaignIds: readonly number[];
  readonly mediaTypeIds: readonly number[];
}

/** One customer as activities see it. */
export interface Tenant {
  readonly name: string;
  readonly cxone: CxoneClient;
  readonly tuning: TenantTuning;
}

/** Finds a tenant by name. */
export type TenantDirectory = (name: string) => Tenant;

/**
 * A directory over a fixed list of tenants. An unknown name fails the activity for good; the name of an entry that is not
 * in order fails it with `TenantMisconfigured`, which parks the run.
 *
 * @param misconfigured names of such entries.
 */
export function tenantDirectory(
  tenants: readonly Tenant[],
  misconfigured: Iterable<string> = [],
): TenantDirectory {
  const byName = new Map(tenants.map((tenant) => [tenant.name, tenant]));
  const wrong = new Set(misconfigured);
  return (name) => {
    const tenant = byName.get(name);
    if (tenant) return tenant;
    if (wrong.has(name)) {
      throw activityFailure({
        code: 'TenantMisconfigured',
        message: `The entry of tenant "${name}" in the workers’ tenants file is not in order, so this worker leaves it alone.`,
        remedy: `\`cxone-sync status --tenant ${name}\` says what is wrong: correct it, restart the workers, then resume.`,
      });
    }
    const known = [...byName.keys(), ...wrong].sort().join(', ') || 'none';
    throw activityFailure({
      code: 'UnknownTenant',
      message: `No tenant "${name}" in the workers’ tenants file (known: ${known}).`,
    });
  };
}
