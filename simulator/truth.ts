import { createHash } from 'node:crypto';
import type { Agents } from './admin/agents';
import { agentIdOf } from './admin/agent-id';
import type { BadRecordKind } from './http/fault-names';
import { type BadRecords, hugeIdOf } from './contacts/bad-records';
import type { ContactSource } from './contacts/contact-source';
import { lastUpdateOf } from './contacts/contact-facts';
import { dayOfContact, numberOfContact } from './contacts/contact-id';
import type { ContactIndex } from './contacts/contact-index';
import { withoutGaps } from './contacts/contact-query';
import type { ContactRows } from './contacts/contact-rows';
import type { EvaluationTruth, Evaluations } from './extraction/evaluations';
import type { InteractionExtract, InteractionMetadataTruth } from './extraction/interaction-extract';
import type { Recordings, RecordingTruth } from './media/recordings';

/** What the truth is asked about: contacts by start, `from` inclusive, `to` exclusive (epoch ms). */
export interface TruthWindow {
  readonly from: number;
  readonly to: number;
  /** Of these only the ones last updated in [updatedFrom, updatedTo), epoch ms; absent: whenever it was. */
  readonly updatedFrom?: number;
  readonly updatedTo?: number;
  /** Any of these; absent or empty: all. */
  readonly skillIds?: readonly number[];
  readonly campaignIds?: readonly number[];
  readonly mediaTypeIds?: readonly number[];
  /** Also list recordings: costs one hash over every file. */
  readonly recordings?: boolean;
  /** Also list what Data Extraction gives: interactions by the start of their call, evaluations by submission. */
  readonly extraction?: boolean;
}

/** What a complete and correct copy of a window holds, as of the simulator's clock. */
export interface Truth {
  readonly from: string;
  readonly to: string;
  readonly filter: {
    readonly skillIds: readonly number[];
    readonly campaignIds: readonly number[];
    readonly mediaTypeIds: readonly number[];
  };
  /** Visible rows, spoilt ones included. */
  readonly contacts: number;
  /** Distinct `masterContactId`. */
  readonly masterContacts: number;
  /** Distinct `masterContactId` of rows with `isLogged`. */
  readonly loggedMasterContacts: number;
  /** Distinct `masterContactId` of calls that are recorded, whatever `isLogged` says. */
  readonly recordedMasterContacts: number;
  /**
   * SHA-256, lower-case hex, over the lines `contactId|lastUpdateTime\n` (stamps always with milliseconds and `Z`),
   * in ascending order of contactId. A contact served under a huge id stands under that id, in its place by
   * number; rows served without a usable id are left out.
   */
  readonly contactsHash: string;
  /** Spoilt rows: the id they would have had, and how they are spoilt. */
  readonly badRecords: readonly { readonly contactId: number; readonly kind: BadRecordKind }[];
  readonly recordings?: readonly RecordingTruth[];
  /** Whatever the filter. */
  readonly interactionMetadata?: readonly InteractionMetadataTruth[];
  readonly evaluations?: readonly EvaluationTruth[];
  /** All agents of the tenant, whatever the window. */
  readonly agents: number;
  /** As `contactsHash`, over `agentId|lastUpdated\n`. */
  readonly agentsHash: string;
}

/** States the truth about a window. */
export type GroundTruth = ReturnType<typeof createGroundTruth>;

const batchRows = 1000;
const unusableKinds: ReadonlySet<BadRecordKind> = new Set(['missingKey', 'nullKey', 'giantId']);

interface TruthParts {
  readonly source: ContactSource;
  readonly index: ContactIndex;
  readonly rows: ContactRows;
  readonly agents: Agents;
  readonly recordings: Recordings;
  readonly badRecords: BadRecords;
  readonly interactions: InteractionExtract;
  readonly evaluations: Evaluations;
}

/** Creates it from the same parts that answer requests, paging left aside. */
export function createGroundTruth(parts: TruthParts) {
  const { source, index, rows, agents, recordings, badRecords, interactions, evaluations } = parts;
  const of = (window: TruthWindow, now: number): Truth => {
    const masters = new Set<number>();
    const logged = new Set<number>();
    const recorded = new Set<number>();
    const bad: { contactId: number; kind: BadRecordKind }[] = [];
    const contactsHash = createHash('sha256');
    const huge: string[] = [];
    let contacts = 0;
    for (const ids of selectIds(index, window, now)) {
      for (const id of ids) {
        const facts = source.facts(dayOfContact(id), numberOfContact(id));
        contacts++;
        masters.add(facts.masterContactId);
        if (facts.isLogged) logged.add(facts.masterContactId);
        if (facts.isRecorded) recorded.add(facts.masterContactId);
        const kind = badRecords.kindOf(id);
        if (kind !== undefined) bad.push({ contactId: id, kind });
        if (kind !== undefined && unusableKinds.has(kind)) continue;
        const update = new Date(lastUpdateOf(facts, now)).toISOString();
        if (kind === 'hugeId') huge.push(`${hugeIdOf(id)}|${update}\n`);
        else contactsHash.update(`${id}|${update}\n`);
      }
    }
    // Huge ids have more digits than all others, and equally many among themselves.
    for (const line of huge.sort()) contactsHash.update(line);
    return {
      from: new Date(window.from).toISOString(),
      to: new Date(window.to).toISOString(),
      filter: {
        skillIds: window.skillIds ?? [],
        campaignIds: window.campaignIds ?? [],
        mediaTypeIds: window.mediaTypeIds ?? [],
      },
      contacts,
      masterContacts: masters.size,
      loggedMasterContacts: logged.size,
      recordedMasterContacts: recorded.size,
      contactsHash: contactsHash.digest('hex'),
      badRecords: bad,
      ...(window.recordings === true && { recordings: recordingsOf(recordings, recorded, now) }),
      ...(window.extraction === true && {
        interactionMetadata: [...interactions.rows(window.from, window.to, now)],
        evaluations: [...evaluations.rows(window.from, window.to, now)],
      }),
      agents: agents.count,
      agentsHash: hashAgents(agents, now),
    };
  };

  /** The window's rows as the API serves them, by contact id, in batches of text: one JSON object a line. */
  const lines = function* (window: TruthWindow, now: number): Generator<Buffer> {
    for (const ids of selectIds(index, window, now)) {
      for (let at = 0; at < ids.length; at += batchRows) {
        const texts = rows.read(ids.subarray(at, at + batchRows), now).map((row) => row.toString());
        yield Buffer.from(`${texts.join('\n')}\n`);
      }
    }
  };

  return { of, lines };
}

/** The ids of the window's rows, by id or, by update, all in one piece. */
function selectIds(index: ContactIndex, window: TruthWindow, now: number): Iterable<Float64Array> {
  const { skillIds, campaignIds, mediaTypeIds } = window;
  const filter = withoutGaps({ skillIds, campaignIds, mediaTypeIds });
  const { updatedFrom = -Infinity, updatedTo = Infinity } = window;
  const isByUpdate = updatedFrom > -Infinity || updatedTo < Infinity;
  const orderBy = { field: isByUpdate ? 'lastUpdateTime' : 'contactId', descending: false };
  const query = { startFrom: window.from, startTo: window.to - 1, updatedFrom, filter, orderBy };
  const lists = index.select(query, now).segments.map(({ load }) => load());
  if (!isByUpdate) return lists.map(({ ids }) => ids);
  return [
    Float64Array.from(
      lists.flatMap(({ ids, keys }) => [...ids.filter((_, at) => (keys[at] ?? 0) < updatedTo)]),
    ).sort(),
  ];
}

function hashAgents(agents: Agents, now: number): string {
  const hash = createHash('sha256');
  for (let agent = 0; agent < agents.count; agent++) {
    hash.update(`${agentIdOf(agent)}|${new Date(agents.lastUpdated(agent, now)).toISOString()}\n`);
  }
  return hash.digest('hex');
}

function recordingsOf(
  recordings: Recordings,
  masters: Iterable<number>,
  now: number,
): readonly RecordingTruth[] {
  return [...masters].flatMap((master) => {
    const call = recordings.call(master, now);
    if (call === undefined) return [];
    return recordings
      .segments(call)
      .flatMap((segment) => (segment.hasFile ? [recordings.truth(segment)] : []));
  });
}
