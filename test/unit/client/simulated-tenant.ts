import type { Tenant } from '../../../config';
import { extractDefaults, tenantDefaults } from '../../../config/tenant-schema';
import { startSimulator, type Simulator, type SimulatorOptions } from '../../../simulator';

/** A simulated CXone and the tenant `acme` of the tenants file that belongs to it. */
export interface SimulatedTenant {
  readonly simulator: Simulator;
  readonly tenant: (changes?: Partial<Tenant>) => Tenant;
}

export async function simulateTenant(options: SimulatorOptions = {}): Promise<SimulatedTenant> {
  const simulator = await startSimulator(options);
  // The tenants file counts in seconds, a tenant in milliseconds.
  const { timeoutSeconds: _seconds, ...defaults } = tenantDefaults;
  return {
    simulator,
    tenant: (changes = {}) => ({
      ...defaults,
      recordedCalls: 'all',
      ...simulator.credentials,
      tenant: 'acme',
      issuer: simulator.address,
      pageSize: 1_000,
      skillIds: [],
      campaignIds: [],
      mediaTypeIds: [],
      recordingKeys: [],
      extract: extractDefaults,
      timeoutMs: 20_000,
      mediaHosts: [],
      privateHosts: [],
      allowInsecureHosts: ['127.0.0.1'],
      limits: { media: { requests: 150, perSeconds: 300 } },
      ...changes,
    }),
  };
}
