import { createAdminEndpoint } from './admin-endpoint';
import { createAgentsEndpoint } from './agents-endpoint';
import { createAgents } from './agents';
import { createApi, familyOf } from './api';
import { createTokenEndpoint } from './auth-endpoint';
import { BadRecords } from './bad-records';
import { createStampWriter } from './calendar';
import { Canaries } from './canaries';
import { createContactSource } from './contact-facts';
import { createContactIndex } from './contact-index';
import { createContactWriter, PHONE_CANARY } from './contact-json';
import { createContactRows } from './contact-rows';
import { createContactsEndpoint } from './contacts-endpoint';
import { createDayTables } from './day-table';
import { createDiscoveryEndpoint } from './discovery-endpoint';
import { Edits } from './edits';
import type { Exchange, Handler } from './exchange';
import { answerUnder } from './fault-effects';
import { createFileEndpoint } from './file-endpoint';
import type { FaultRule } from './faults';
import { Faults } from './faults';
import { bytesOf, credentialsOf } from './identifiers';
import type { Credentials } from './identifiers';
import { Journal } from './journal';
import { createLookups } from './lookups';
import { createMediaEndpoint } from './media-endpoint';
import { createMediaFiles } from './media-files';
import type { SimulatorOptions } from './options';
import { settle } from './options';
import { createPresignedUrls } from './presigned-urls';
import { Quota } from './quota';
import { createRecordings } from './recordings';
import { createRowChanges } from './row-changes';
import { createTokens } from './tokens';
import type { Truth, TruthWindow } from './truth';
import { createTruthTeller } from './truth';
import { startWebServer } from './web-server';

export type { BadRecordKind } from './bad-records';
export type { Family } from './exchange';
export type { FaultArguments, FaultName, FaultRule } from './faults';
export { readFaultRules } from './faults';
export type { Credentials } from './identifiers';
export type { JournalEntry, JournalFilter } from './journal';
export type { ClientAuthentication, SimulatorOptions } from './options';
export type { RecordingTruth } from './recordings';
export type { Truth, TruthWindow } from './truth';

/** A CXone that runs on a laptop. */
export interface Simulator {
  /** Origin of the issuer and of every API, without a slash at the end. */
  readonly address: string;
  /** Origin of the recordings. */
  readonly mediaAddress: string;
  readonly credentials: Credentials;
  /** What a complete copy of a window holds, by the simulator's clock. */
  truth(window: TruthWindow): Truth;
  /** Every request to CXone's endpoints since the start. */
  readonly journal: Pick<Journal, 'count' | 'entries' | 'clear'>;
  /** Replaces the faults in force; rows that earlier ones inserted or removed stay so. */
  setFaults(rules: readonly FaultRule[]): void;
  /** Strings of which no one may ever show up outside the tables meant for them; tokens join as they are issued. */
  readonly canaries: readonly string[];
  close(): Promise<void>;
}

/**
 * Starts the simulator on two ports.
 * @throws RangeError for an option out of bounds; the listen error when a port is taken
 */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const settings = settle(options);
  const { seed, clock } = settings;
  const credentials = credentialsOf(seed);
  const mark = (label: string): string =>
    `cnry-${label}-${bytesOf(seed, label).toString('hex').slice(0, 12)}`;
  const canaries = new Canaries([
    PHONE_CANARY,
    mark('note'),
    mark('apikey'),
    credentials.clientSecret,
    credentials.accessKeySecret,
  ]);
  const note = (secret: string): void => canaries.add(secret);

  let address = '';
  let mediaAddress = '';
  const origin = (): string => address;

  const stamp = createStampWriter();
  const edits = new Edits();
  const badRecords = new BadRecords(seed);
  const faults = new Faults(seed, []);
  const journal = new Journal();
  const setFaults = (rules: readonly FaultRule[]): void => {
    faults.set(rules);
    const spoilt = rules.find(({ name }) => name === 'badRecords')?.args;
    badRecords.use(spoilt?.kinds ?? [], spoilt?.every ?? 100);
  };
  setFaults(options.faults ?? []);

  const source = createContactSource(settings, edits);
  const rows = createContactRows(source, createContactWriter(stamp, mark('note')), edits, badRecords);
  const index = createContactIndex(source.perDay, createDayTables(source, edits), edits, rows);
  const agents = createAgents(settings, stamp, mark('apikey'));
  const files = createMediaFiles(seed);
  const recordings = createRecordings(settings, source, files);
  const truth = createTruthTeller(source, index, rows, agents, recordings, badRecords);
  const urls = createPresignedUrls(
    credentials.tenantId,
    () => mediaAddress,
    settings.urlLifetimeSeconds,
    note,
  );
  const { mediaQuota } = settings;
  const quota = mediaQuota === 'off' ? undefined : new Quota(mediaQuota.requests, mediaQuota.perSeconds);
  const tokens = await createTokens(settings, credentials, origin, note);

  const admin = createAdminEndpoint({ truth, journal, faults: () => faults.rules, setFaults });
  const api = createApi({
    tokens,
    discovery: createDiscoveryEndpoint(credentials.tenantId, origin, tokens),
    token: createTokenEndpoint(credentials, settings.clientAuthentication, tokens),
    contacts: createContactsEndpoint({ seed, address: origin, source, index, rows, stamp }),
    agents: createAgentsEndpoint(agents, stamp, origin),
    lookups: createLookups(settings, credentials.tenantId, stamp, origin),
    media: createMediaEndpoint({ seed, recordings, agents, urls, quota, stamp }),
  });
  const changeRows = createRowChanges(seed, index, edits);
  const withFaults =
    (handle: Handler): Handler =>
    (exchange) =>
      answerUnder(faults.draw(exchange), exchange, async () => handle(exchange), changeRows);
  const faultyApi = withFaults(api);
  const isAdmin = ({ path }: Exchange): boolean => path.startsWith('/simulator/');

  let sequence = 0;
  const common = {
    host: settings.host,
    clock,
    nextSequence: () => ++sequence,
    done: (exchange: Exchange, status: number): void => {
      if (isAdmin(exchange)) return;
      const { now, method, path, family, parameters } = exchange;
      const query = Object.fromEntries(
        Object.entries(parameters.toObject()).filter(
          ([name]) => !/^x-amz-(signature|security-token)$/i.test(name),
        ),
      );
      journal.note({ at: now, method, path, family, query, status });
    },
  };
  const main = await startWebServer({
    ...common,
    port: settings.port,
    familyOf,
    handle: (exchange) => (isAdmin(exchange) ? admin(exchange) : faultyApi(exchange)),
  });
  address = `http://${settings.publicHost}:${main.port}`;
  const media = await startWebServer({
    ...common,
    port: settings.mediaPort,
    familyOf: () => 'file',
    handle: withFaults(createFileEndpoint(recordings, files, urls)),
  }).catch(async (error: unknown) => {
    await main.close();
    throw error;
  });
  mediaAddress = `http://${settings.publicHost}:${media.port}`;

  return {
    address,
    mediaAddress,
    credentials,
    truth: (window) => truth.tell(window, clock()),
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

/** What a running simulator tells whoever wants to connect: addresses and the four credentials. */
export interface Description {
  readonly address: string;
  readonly mediaAddress: string;
  readonly issuer: string;
  readonly tenantId: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
}

/** The description of a simulator, as one flat object to be printed as JSON. */
export function describe({ address, mediaAddress, credentials }: Simulator): Description {
  return { address, mediaAddress, issuer: address, ...credentials };
}
