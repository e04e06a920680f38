import type { Tenant } from '../../../config';
import { startSimulator, type Simulator, type SimulatorOptions } from '../../../simulator';

/** A simulated CXone and the tenant `acme` of the tenants file that belongs to it. */
export interface SimulatedTenant {
  readonly simulator: Simulator;
  readonly tenant: (changes?: Partial<Tenant>) => Tenant;
}

export async function simulateTenant(options: SimulatorOptions = {}): Promise<SimulatedTenant> {
  const simulator = await startSimulator(options);
  const { clientId, clientSecret, accessKeyId, accessKeySecret } = simulator.credentials;
  return {
    simulator,
    tenant: (changes = {}) => ({
      tenant: 'acme',
      issuer: simulator.address,
      authentication: 'application',
      clientAuthentication: 'client_secret_post',
      clientId,
      clientSecret,
      accessKeyId,
      accessKeySecret,
      apiVersion: 'v34.0',
      pageSize: 1_000,
      pagesInFlight: 4,
      skillIds: [],
      campaignIds: [],
      mediaTypeIds: [],
      agentRefreshHours: 24,
      lookupRefreshHours: 24,
      overlapMinutes: 30,
      lookBackDays: 30,
      rereadDays: 3,
      updatedSinceInclusive: true,
      recordings: true,
      recordingsInFlight: 8,
      recordingGiveUpHours: 48,
      recordingLookAfterMinutes: [5, 15, 60, 240, 720],
      recordedMediaTypeIds: [4, 5],
      recordingSource: 'look-up',
      bulkCallsPerRequest: 100,
      bulkWaitMinutes: 30,
      recordingKeys: [],
      extract: {
        interactionMetadata: false,
        evaluations: false,
        interactionMetadataVersion: '7',
        evaluationsVersion: '4',
        rereadDays: 3,
        secondsApart: 30,
      },
      maxRereads: 3,
      parkedTimeoutHours: 168,
      maxContactsPerWindow: 200_000,
      timeoutMs: 20_000,
      mediaHosts: [],
      allowInsecureHosts: ['127.0.0.1'],
      limits: { media: { requests: 150, perSeconds: 300 } },
      ...changes,
    }),
  };
}
