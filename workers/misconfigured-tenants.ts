import type { MetricMeter } from '@temporalio/common';
import type { Logger } from 'pino';
import type { MisconfiguredTenants } from '../store';

/** The tenants of the file: those that are not in order, with what is wrong, and the others. */
interface Entries {
  readonly found: ReadonlyMap<string, readonly string[]>;
  readonly inOrder: readonly string[];
}

/**
 * Reports tenants whose entry in the tenants file is not in order, in three places: the log, the database (for `status`),
 * and the gauge `cxone_tenant_misconfigured`, 1 for such a tenant and 0 for one in order, of this worker's file.
 */
export async function reportMisconfigured(
  { found, inOrder }: Entries,
  table: Pick<MisconfiguredTenants, 'note'>,
  meter: MetricMeter,
  logger: Logger,
): Promise<void> {
  const gauge = meter.createGauge(
    'cxone_tenant_misconfigured',
    'int',
    undefined,
    'Whether the entry of a tenant in the tenants file is not in order',
  );
  for (const tenant of inOrder) gauge.set(0, { tenant });
  for (const [tenant, problems] of found) {
    gauge.set(1, { tenant });
    logger.error(
      { tenant, code: 'TenantMisconfigured', problems },
      'the entry of a tenant in the tenants file is not in order: this worker leaves it alone, its runs park',
    );
  }
  await table.note(found, inOrder).catch((error: unknown) => {
    logger.warn({ err: error }, 'tenants whose entry is not in order could not be noted for status');
  });
}
