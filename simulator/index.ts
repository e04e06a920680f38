import { createAdminEndpoint } from './admin-endpoint';
import { familyOf } from './api';
import { createStampWriter } from './data/calendar';
import { createCanaries } from './data/canaries';
import type { Exchange, Handler } from './http/exchange';
import { answerUnder } from './faults/apply-faults';
import { createFaults, type FaultRule, type Faults } from './faults/fault-rules';
import type { Credentials } from './auth/credentials';
import { createJournal, type Journal } from './http/request-journal';
import { resolveServers, resolveTenants, type SimulatorOptions } from './options';
import type { Firing } from './http/fault-names';
import { createTenant } from './tenant';
import { createTenants, type Tenants } from './tenants';
import { createSigningKey } from './auth/tokens';
import type { Truth, TruthWindow } from './truth';
import { startWebServer } from './http/web-server';

export type { BadRecordKind } from './http/fault-names';
export { badRecordKinds } from './http/fault-names';
export type { Description } from './description';
export { describe } from './description';
export type { EvaluationTruth } from './extraction/evaluations';
export type { Family } from './http/exchange';
export type { FaultRule } from './faults/fault-rules';
export { readFaultRules } from './faults/fault-rules';
export type { Credentials } from './auth/credentials';
export type { InteractionMetadataTruth } from './extraction/interaction-extract';
export type { JournalEntry, JournalFilter } from './http/request-journal';
export type {
  ClientAuthentication,
  NamedTenantOptions,
  Recorder,
  SimulatorOptions,
  TenantOptions,
} from './options';
export { readTenants } from './read-tenants';
export type { RecordingTruth } from './media/recordings';
export type { FaultArguments, FaultName } from './http/fault-names';
export { faultNames } from './http/fault-names';
export type { Truth, TruthWindow } from './truth';

/** One of the tenants of a simulator. */
export interface SimulatedTenant {
  readonly name: string;
  readonly credentials: Credentials;
  /** What a complete copy of a window of this tenant holds, by the simulator's clock. */
  readonly truth: (window: TruthWindow) => Truth;
}

/** A CXone that runs on a laptop. */
export interface Simulator {
  /** Origin of the issuer and of every API, without a slash at the end. */
  readonly address: string;
  /** Ports that the servers listen on, whatever links say. */
  readonly ports: { readonly main: number; readonly media: number };
  /** Origin of the recordings. */
  readonly mediaAddress: string;
  /** Credentials of the first tenant. */
  readonly credentials: Credentials;
  /** What a complete copy of a window of the first tenant holds, by the simulator's clock. */
  truth(window: TruthWindow): Truth;
  /** All tenants, in the order they were given. */
  readonly tenants: readonly SimulatedTenant[];
  /** Every request to CXone's endpoints since the start. */
  readonly journal: Pick<Journal, 'count' | 'entries' | 'clear'>;
  /**
   * Replaces the faults in force; rows that earlier ones inserted or removed stay so, and tokens stay revoked.
   * @throws BadParameter when a rule names a tenant that is not here
   */
  setFaults(rules: readonly FaultRule[]): void;
  /** Strings of which no one may ever show up outside the tables meant for them; tokens join as they are issued. */
  readonly canaries: readonly string[];
  close(): Promise<void>;
}

const bytesForRows = 192 * 1024 * 1024;

/**
 * Starts the simulator on two ports.
 * @throws RangeError for an option out of bounds; BadParameter for a fault that names an unknown tenant; the listen
 * error when a port is taken
 */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const servers = resolveServers(options);
  const settings = resolveTenants(options);
  const { clock } = servers;
  const origins = { main: '', media: '' };
  const canaries = createCanaries();
  const shared = {
    key: await createSigningKey(),
    stamp: createStampWriter(),
    address: () => origins.main,
    mediaAddress: () => origins.media,
    recordSecret: (secret: string) => canaries.add(secret),
    bytesKept: bytesForRows / settings.length,
  };
  const tenants = createTenants(settings.map((tenant) => createTenant(tenant, shared)));
  canaries.fix(tenants.all.flatMap((tenant) => tenant.canaries));

  const faults = createFaults(settings[0]?.seed ?? 1);
  const journal = createJournal();
  const setFaults = (rules: readonly FaultRule[]): void => {
    tenants.apply(rules);
    faults.set(rules);
  };
  setFaults(options.faults ?? []);

  const api = answering(tenants, faults, 'api');
  const admin = createAdminEndpoint({ tenants, journal, faults: () => faults.rules, setFaults });
  const isAdmin = ({ path }: Exchange): boolean => path.startsWith('/simulator/');

  let sequence = 0;
  const common = {
    host: servers.host,
    clock,
    nextSequence: () => ++sequence,
    tenantOf: (received: Parameters<Tenants['of']>[0]) => tenants.of(received)?.name,
    done: (exchange: Exchange, status: number): void => {
      if (!isAdmin(exchange)) journal.record(exchange, status);
    },
  };
  const main = await startWebServer({
    ...common,
    port: servers.port,
    familyOf,
    handle: (exchange) => (isAdmin(exchange) ? admin(exchange) : api(exchange)),
  });
  origins.main = options.publicOrigins?.main ?? `http://${servers.publicHost}:${main.port}`;
  const media = await startWebServer({
    ...common,
    port: servers.mediaPort,
    familyOf: () => 'file',
    handle: answering(tenants, faults, 'files'),
  }).catch(async (error: unknown) => {
    await main.close();
    throw error;
  });
  origins.media = options.publicOrigins?.media ?? `http://${servers.publicHost}:${media.port}`;

  return {
    address: origins.main,
    mediaAddress: origins.media,
    ports: { main: main.port, media: media.port },
    credentials: tenants.first.credentials,
    truth: (window) => tenants.first.truth.of(window, clock()),
    tenants: tenants.all.map(({ name, credentials, truth }) => ({
      name,
      credentials,
      truth: (window) => truth.of(window, clock()),
    })),
    journal,
    setFaults,
    get canaries() {
      return canaries.list();
    },
    close: async () => {
      await Promise.all([main.close(), media.close()]);
    },
  };
}

/** Lets the tenant of a request answer it, under the faults that fire. */
function answering(tenants: Tenants, faults: Faults, part: 'api' | 'files'): Handler {
  return async (exchange) => {
    const tenant = tenants.named(exchange.tenant) ?? tenants.first;
    const rules = faults.matchRules(exchange);
    const asked = rules.length === 0 ? exchange : { ...exchange, firing: firingOf(rules) };
    const answer = async (changed: Exchange): Promise<Awaited<ReturnType<Handler>>> => tenant[part](changed);
    const reply = await answerUnder(rules, asked, answer, tenant.changeRows);
    // Answers bear the simulator's own clock, which a test may have set.
    return { ...reply, headers: { Date: new Date(exchange.now).toUTCString(), ...reply.headers } };
  };
}

/** By name; of several rules with one name the first counts. */
function firingOf(rules: readonly FaultRule[]): Firing {
  return new Map(rules.toReversed().map(({ name, args = {} }) => [name, args]));
}
