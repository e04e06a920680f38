import type { FaultRule } from './faults/fault-rules';

/** How the registered application proves itself at the token endpoint (contract §1.4); one method per application. */
export type ClientAuthentication = 'client_secret_post' | 'client_secret_basic';

/**
 * Which recorder a tenant has (contract §11.1): the legacy one of the ACD, for which `isLogged` is true of exactly the calls
 * that are recorded, or CXone Recording, where it is false of every call, recorded or not.
 */
export type Recorder = 'legacy' | 'cxone';

/** Options of one tenant; everything has a default. */
export interface TenantOptions {
  /** Equal seeds give equal data and credentials (default 1). */
  readonly seed?: number;
  /** Contact legs of every UTC day, 1 to 5,000,000 (default 10,000). */
  readonly contactsPerDay?: number;
  /** Agents of the tenant, 1 to 60,000 (default 120). */
  readonly agents?: number;
  /** Share of phone calls (by master contact) that are recorded, 0 to 1 (default 0.9). */
  readonly loggedShare?: number;
  /** Whether `isLogged` says which calls are recorded (default `legacy`: it does). */
  readonly recorder?: Recorder;
  /** Playback queries that Media Playback allows in any span of seconds (default 150 in 300), or `off`: no limit. */
  readonly mediaQuota?: { readonly requests: number; readonly perSeconds: number } | 'off';
  /** Life of access tokens in seconds (default 3600). */
  readonly tokenLifetimeSeconds?: number;
  /** Life of presigned recording URLs in seconds (default 60). */
  readonly urlLifetimeSeconds?: number;
  /** What the registered application may use (default `client_secret_post`). */
  readonly clientAuthentication?: ClientAuthentication;
  /** A playback query is answered 404 until its call has been over for this many seconds (default 600). */
  readonly recordingDelaySeconds?: number;
  /** Bounds of a recording's size in bytes (default 20,000 to 60,000; at least 64). */
  readonly mediaBytes?: { readonly min: number; readonly max: number };
  /** The least seconds between two extraction jobs, which must not run at once either (default 30); 0: no such rule. */
  readonly extractionSpacingSeconds?: number;
  /** Share of recorded calls that are evaluated, 0 to 1 (default 0.1). */
  readonly evaluatedShare?: number;
}

/** One of several tenants: what it does not say is as for the simulator, but for the seed, which counts up. */
export interface NamedTenantOptions extends TenantOptions {
  readonly name: string;
}

/** Options of a simulator at start; everything has a default. */
export interface SimulatorOptions extends TenantOptions {
  /** Port of the API; 0 or absent: any free one. */
  readonly port?: number;
  /** Port of the origin that serves recordings; 0 or absent: any free one. */
  readonly mediaPort?: number;
  /** Address both servers listen on (default 127.0.0.1). */
  readonly host?: string;
  /** Host name written into links and discovery documents (default: `host`); for a container reached by its name. */
  readonly publicHost?: string;
  /** Written into links and discovery documents instead of both servers' own origins; for a proxy in front of them. */
  readonly publicOrigins?: { readonly main: string; readonly media: string };
  /** The server's clock: epoch milliseconds (default `Date.now`). */
  readonly clock?: () => number;
  /** Several tenants behind one issuer, each with its own credentials and data (default: one named `default`). */
  readonly tenants?: readonly NamedTenantOptions[];
  /** Faults in force from the first request on. */
  readonly faults?: readonly FaultRule[];
}

/** A tenant's options with every default filled in. */
export interface Settings extends Readonly<Required<TenantOptions>> {
  readonly name: string;
}

/** Options of the servers, filled in; the faults live elsewhere, as they change at run time. */
export type ServerSettings = Readonly<
  Required<Pick<SimulatorOptions, 'port' | 'mediaPort' | 'host' | 'publicHost' | 'clock'>>
>;

/** Fills in the defaults of the servers. */
export function resolveServers(options: SimulatorOptions): ServerSettings {
  const host = options.host ?? '127.0.0.1';
  return {
    port: options.port ?? 0,
    mediaPort: options.mediaPort ?? 0,
    host,
    publicHost: options.publicHost ?? host,
    clock: options.clock ?? Date.now,
  };
}

/**
 * Fills in the defaults of every tenant.
 * @throws RangeError naming the option that is out of bounds, or tenants that share a name or a seed
 */
export function resolveTenants(options: SimulatorOptions): readonly Settings[] {
  const { tenants = [{ name: 'default' }] } = options;
  const resolved = tenants.map((tenant, place) =>
    resolve(tenant.name, { ...options, seed: (options.seed ?? 1) + place, ...tenant }),
  );
  if (resolved.length === 0) throw new RangeError('tenants must not be empty');
  for (const member of ['name', 'seed'] as const) {
    if (new Set(resolved.map((tenant) => tenant[member])).size < resolved.length) {
      throw new RangeError(`tenants must not share a ${member}`);
    }
  }
  return resolved;
}

function resolve(name: string, options: TenantOptions): Settings {
  const settings: Settings = {
    name,
    seed: options.seed ?? 1,
    contactsPerDay: options.contactsPerDay ?? 10_000,
    agents: options.agents ?? 120,
    loggedShare: options.loggedShare ?? 0.9,
    recorder: options.recorder ?? 'legacy',
    mediaQuota: options.mediaQuota ?? { requests: 150, perSeconds: 300 },
    tokenLifetimeSeconds: options.tokenLifetimeSeconds ?? 3600,
    urlLifetimeSeconds: options.urlLifetimeSeconds ?? 60,
    clientAuthentication: options.clientAuthentication ?? 'client_secret_post',
    recordingDelaySeconds: options.recordingDelaySeconds ?? 600,
    mediaBytes: options.mediaBytes ?? { min: 20_000, max: 60_000 },
    extractionSpacingSeconds: options.extractionSpacingSeconds ?? 30,
    evaluatedShare: options.evaluatedShare ?? 0.1,
  };
  within('seed', settings.seed, 0, 0xffffffff);
  within('contactsPerDay', settings.contactsPerDay, 1, 5_000_000);
  within('agents', settings.agents, 1, 60_000);
  for (const share of ['loggedShare', 'evaluatedShare'] as const) {
    if (!(settings[share] >= 0 && settings[share] <= 1)) {
      throw new RangeError(`${share} must lie between 0 and 1`);
    }
  }
  within('extractionSpacingSeconds', settings.extractionSpacingSeconds, 0, 86_400);
  within('mediaBytes.min', settings.mediaBytes.min, 64, 1e12);
  within('mediaBytes.max', settings.mediaBytes.max, settings.mediaBytes.min, 1e12);
  return settings;
}

function within(name: string, value: number, least: number, most: number): void {
  if (!Number.isInteger(value) || value < least || value > most) {
    throw new RangeError(`${name} must be an integer from ${least} to ${most}`);
  }
}
