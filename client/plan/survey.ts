import type { Tenant } from '../../config';
import {
  type ContactSample,
  type ContactSampleRequest,
  type CxoneClient,
  CxoneError,
  stringifyJson,
} from '../../cxone';
import { CommandError, exitStatus } from '../command/exit-status';
import { cut, halves, type Range } from './ranges';

export type PassFilter = ContactSampleRequest['filter'];

/** What CXone says a stretch of time holds, by one filter. */
export interface Counted extends Range {
  readonly filter: PassFilter;
  readonly contacts: number;
  /** Of these, the ones whose call was logged. */
  readonly logged: number;
  /** Of these, the ones that may have a recording by the tenant's settings. */
  readonly recordable: number;
}

/** The tenant's settings that say which contacts may have a recording. */
export type Recorded = Pick<Tenant, 'recordedCalls' | 'recordedMediaTypeIds'>;

/** What a sample page shows of the contacts that may have a recording. */
export interface Sampled {
  readonly contacts: number;
  /** Distinct calls among them: legs of one call share its master contact id. */
  readonly calls: number;
  /** Of these, calls that were logged, or answered by an agent and longer than 4 s. */
  readonly likelyCalls: number;
  /** Mean length of a contact. */
  readonly seconds: number;
  /** Mean size of a contact as CXone sends it. */
  readonly jsonBytes: number;
}

export interface Survey {
  readonly counted: readonly Counted[];
  /** Null when there is no contact at all. */
  readonly sampled: Sampled | null;
  readonly agents: number;
}

const dayMs = 86_400_000;
/** The longest span one request asks about: no longer one is sure to work (contract §2.6). */
const longestMs = 30 * dayMs;
/** Contacts of the sample: two megabytes at most, and wide enough that few calls lie across its edges. */
const sampleRows = 500;
/** Agents of one answer, and how many are counted at most where CXone does not say how many there are. */
const agentRows = 1_000;
const agentsAtMost = 60_000;

/**
 * Counts without reading: for every 30 days and filter two requests for all contacts, two for the logged ones and two for
 * each media type that is recorded (the second proves the first), then one page as a sample and one request or two for
 * the number of agents.
 * @throws {CxoneError}
 * @throws {CommandError} when CXone does not say how many contacts there are.
 */
export async function survey(
  client: CxoneClient,
  range: Range,
  filters: readonly PassFilter[],
  recorded: Recorded,
): Promise<Survey> {
  const counted: Counted[] = [];
  for (const stretch of cut(range, longestMs)) {
    for (const filter of filters) counted.push(...(await countStretch(client, stretch, filter, recorded)));
  }
  return { counted, sampled: await sample(client, counted, recorded), agents: await countAgents(client) };
}

/** By the total, or, where agents follow after it, by reading the list. */
async function countAgents(client: CxoneClient): Promise<number> {
  const { totalRecords, records } = await client.agentPage({ skip: 0, top: 1 });
  const counted = totalRecords ?? records.length;
  if (counted === 0) return 0;
  const behind = await client.agentPage({ skip: counted, top: agentRows });
  // A source that ignores skip begins with the same agent every time.
  if (stringifyJson(behind.records[0]) === stringifyJson(records[0])) return counted;
  let agents = counted;
  for (let page = behind; page.records.length > 0 && agents < agentsAtMost;) {
    agents += page.records.length;
    if (page.records.length !== agentRows) break;
    page = await client.agentPage({ skip: agents, top: agentRows });
  }
  return agents;
}

/** A stretch that is too much for one answer (408, contract §2.6) is halved, down to a day. */
async function countStretch(
  client: CxoneClient,
  range: Range,
  filter: PassFilter,
  recorded: Recorded,
): Promise<readonly Counted[]> {
  const countOf = async (only: Pick<ContactSampleRequest, 'isLogged'> = {}, by = filter): Promise<number> => {
    const contacts = await client.probe.contactCount({ ...range, ...only, filter: by });
    if (contacts === null) throw uncounted();
    return contacts;
  };
  try {
    const contacts = await countOf();
    if (contacts === 0) return [{ ...range, filter, contacts, logged: 0, recordable: 0 }];
    const logged = await countOf({ isLogged: true });
    if (recorded.recordedCalls === 'logged')
      return [{ ...range, filter, contacts, logged, recordable: logged }];
    let recordable = 0;
    for (const mediaTypeId of recordedTypes(filter, recorded)) {
      recordable +=
        mediaTypeId === filter.mediaTypeId ? contacts : await countOf({}, { ...filter, mediaTypeId });
    }
    return [{ ...range, filter, contacts, logged, recordable }];
  } catch (error) {
    const tooMuch = error instanceof CxoneError && error.status === 408;
    if (!tooMuch || range.to.getTime() - range.from.getTime() < 2 * dayMs) throw error;
    const parts: Counted[] = [];
    for (const half of halves(range)) parts.push(...(await countStretch(client, half, filter, recorded)));
    return parts;
  }
}

/** The media types that are recorded, as far as the filter lets them through. */
function recordedTypes({ mediaTypeId }: PassFilter, { recordedMediaTypeIds }: Recorded): readonly number[] {
  const types = [...new Set(recordedMediaTypeIds)];
  return mediaTypeId === undefined ? types : types.filter((id) => id === mediaTypeId);
}

/**
 * A page from the middle of the fullest stretch: neither its first day nor its last need be like the others. Of the
 * contacts that may have a recording; of several media types, those of the first that has any.
 */
async function sample(
  client: CxoneClient,
  counted: readonly Counted[],
  recorded: Recorded,
): Promise<Sampled | null> {
  const [fullest] = counted.toSorted((a, b) => b.recordable - a.recordable || b.contacts - a.contacts);
  if (fullest === undefined || fullest.contacts === 0) return null;
  const { from, to, filter, recordable, contacts } = fullest;
  const all = { only: {}, filter, most: contacts };
  const kinds =
    recordable === 0
      ? []
      : recorded.recordedCalls === 'logged'
        ? [{ only: { isLogged: true }, filter, most: recordable }]
        : recordedTypes(filter, recorded).map((mediaTypeId) => ({
            only: {},
            filter: { ...filter, mediaTypeId },
            most: recordable,
          }));
  for (const kind of [...kinds, all]) {
    const skip = Math.max(0, Math.floor((kind.most - sampleRows) / 2));
    const page = await client.probe.contacts({
      from,
      to,
      filter: kind.filter,
      ...kind.only,
      skip,
      top: sampleRows,
    });
    if (page.contacts.length > 0) return summarise(page);
  }
  return null;
}

function summarise({ contacts, bytes }: ContactSample): Sampled {
  const callOf = ({ masterContactId, contactId }: ContactSample['contacts'][number]): string =>
    String(masterContactId ?? contactId);
  const seconds = contacts.reduce((sum, one) => sum + (Number(one['totalDurationSeconds']) || 0), 0);
  return {
    contacts: contacts.length,
    calls: new Set(contacts.map(callOf)).size,
    likelyCalls: new Set(contacts.filter(isLikely).map(callOf)).size,
    seconds: seconds / contacts.length,
    jsonBytes: bytes / contacts.length,
  };
}

/** As the store judges it (store/tables/recording-choice.ts). */
function isLikely({ isLogged, agentId, totalDurationSeconds }: ContactSample['contacts'][number]): boolean {
  const isShort = totalDurationSeconds != null && Number(totalDurationSeconds) <= 4;
  return isLogged === true || (agentId != null && !isShort);
}

function uncounted(): CommandError {
  return new CommandError(
    exitStatus.unavailable,
    'CXone does not say how many contacts there are, or its totalRecords is smaller than the rows it shows, so there ' +
      'is nothing to estimate from.',
    'CountUnknown',
  );
}
