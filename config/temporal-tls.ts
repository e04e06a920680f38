import { loadClientConnectConfig } from '@temporalio/envconfig';
import { isThisMachine } from '../network';
import type { Problem } from './problems';

function isLocal(address: string): boolean {
  const host = address.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
  return host === '' || isThisMachine(host);
}

/**
 * What is wrong with how Temporal would be reached, or null. Histories hold ids of calls and what operators write, so
 * beyond this machine a connection without TLS has to be asked for: by `TEMPORAL_TLS=false`, or `tls.disabled` of a
 * profile. An API key or a certificate switches TLS on.
 *
 * @param env as it will be handed to the client, with the contents of `NAME_FILE` put in.
 */
export function temporalProblem(env: Readonly<Record<string, string>>): Problem | null {
  let options: ReturnType<typeof loadClientConnectConfig>['connectionOptions'];
  try {
    options = loadClientConnectConfig({ overrideEnvVars: { ...env } }).connectionOptions;
  } catch (error) {
    return {
      name: 'TEMPORAL_CONFIG_FILE',
      problem: `and the other TEMPORAL_ variables cannot be used: ${error instanceof Error ? error.message : 'unknown reason'}`,
      expected: 'a file and variables as Temporal describes them (environment configuration)',
      remedy: 'Correct the file, TEMPORAL_PROFILE or the variable.',
    };
  }
  // Undefined where it is not set; false only where TLS was switched off explicitly.
  if (options.tls !== undefined || isLocal(options.address ?? '')) return null;
  return {
    name: 'TEMPORAL_TLS',
    problem: `is not set, and ${options.address} is not this machine`,
    expected: 'TLS to a Temporal server on another machine',
    remedy:
      'Set TEMPORAL_TLS=true, or TEMPORAL_TLS=false where the network between is yours alone and may carry plain text.',
  };
}
