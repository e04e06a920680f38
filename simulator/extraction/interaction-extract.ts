import { agentIdOf } from '../admin/agent-id';
import { addressesOf, dispositionOf } from '../contacts/call-details';
import { minuteMs, type StampWriter } from '../data/calendar';
import {
  dispositionCatalogue,
  firstNames,
  lastNames,
  mediaCatalogue,
  phone,
  skillCatalogue,
  teamCatalogue,
} from '../data/catalogue';
import type { ContactFacts } from '../contacts/contact-facts';
import type { ContactSource } from '../contacts/contact-source';
import { dayOfContact, numberOfContact } from '../contacts/contact-id';
import type { ContactIndex } from '../contacts/contact-index';
import type { Recordings, Segment } from '../media/recordings';

/** One segment of a phone call as a correct copy of the extract holds it; stamps as CXone writes them, in UTC. */
export interface InteractionMetadataTruth {
  readonly segmentId: string;
  readonly acdCallId: number;
  readonly contactId: number;
  readonly startDate: string;
  readonly endDate: string;
  /** `Success` where there is a file, `Failed` where one was meant to be, `Not Recorded` for all other calls. */
  readonly voiceRecordingStatus: string;
  readonly screenRecordingStatus: string | null;
  readonly agentId: number | null;
  readonly agentName: string | null;
  readonly agentTeam: string | null;
  readonly agentSkills: string | null;
  readonly ani: string;
  readonly dnis: string;
  readonly disposition: string | null;
  readonly direction: string;
  readonly mediaType: string;
  readonly channelType: string;
}

/** The entity `recording-interaction-metadata` (contract §10). */
export type InteractionExtract = ReturnType<typeof createInteractionExtract>;

/** An interaction appears so long after its end (contract §10: up to 30 min late). */
export const extractDelay = 30 * minuteMs;

/** Creates the extract; it looks at contacts one by one and keeps none. */
export function createInteractionExtract(
  source: ContactSource,
  index: ContactIndex,
  recordings: Recordings,
  stamp: StampWriter,
) {
  const rowOf = (
    call: ContactFacts,
    legs: number,
    segment: Segment,
    now: number,
  ): InteractionMetadataTruth => {
    const { from, to } = addressesOf(call);
    const { agent, skill, isRecorded } = call;
    const skills = [
      skillCatalogue[skill]?.name,
      skillCatalogue[(skill + 3) % skillCatalogue.length]?.name,
    ].join(', ');
    return {
      segmentId: segment.segmentId,
      acdCallId: segment.masterContactId,
      contactId: segment.masterContactId + Math.min(segment.place, legs - 1),
      startDate: stamp(segment.start),
      endDate: stamp(segment.end),
      voiceRecordingStatus: !isRecorded ? 'Not Recorded' : segment.hasFile ? 'Success' : 'Failed',
      screenRecordingStatus: isRecorded && segment.hasFile && call.customer % 4 === 0 ? 'Success' : null,
      agentId: agent < 0 ? null : agentIdOf(agent),
      agentName:
        agent < 0 ? null : `${firstNames[agent % firstNames.length]} ${lastNames[agent % lastNames.length]}`,
      agentTeam: agent < 0 ? null : (teamCatalogue[agent % teamCatalogue.length]?.name ?? null),
      agentSkills: agent < 0 ? null : skills,
      ani: from,
      dnis: to,
      disposition: call.acwAt <= now ? (dispositionCatalogue[dispositionOf(call, now)]?.name ?? null) : null,
      direction: call.isOutbound ? 'Outbound' : 'Inbound',
      mediaType: 'Voice',
      channelType: mediaCatalogue[phone]?.name ?? '',
    };
  };

  /** Segments of phone calls that start in [from, to) and ended half an hour ago or earlier (epoch ms). */
  const rows = function* (from: number, to: number, now: number): Generator<InteractionMetadataTruth> {
    const filter = { mediaTypeIds: [mediaCatalogue[phone]?.id ?? 0] };
    const orderBy = { field: 'contactId', descending: false };
    const query = { startFrom: from, startTo: to - 1, updatedFrom: -Infinity, filter, orderBy };
    for (const { load } of index.select(query, now).segments) {
      for (const id of load().ids) {
        const [day, number] = [dayOfContact(id), numberOfContact(id)];
        const call = source.facts(day, number);
        if (call.leg > 0) continue;
        const segments = recordings.segments(call);
        if ((segments.at(-1)?.end ?? Infinity) + extractDelay > now) continue;
        for (const segment of segments) yield rowOf(call, source.legs(day, number), segment, now);
      }
    }
  };

  return { rows };
}
