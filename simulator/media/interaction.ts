import type { Agents } from '../admin/agents';
import { uuidOf } from '../auth/credentials';
import type { ContactFacts } from '../contacts/contact-facts';
import type { StampWriter } from '../data/calendar';
import { type Parameters, readFlag } from '../http/parameters';
import type { Segment } from './recordings';

/** What is answered about: a call, as many of its segments as were asked for, and how they are to be shown. */
export interface AskedCall {
  readonly call: ContactFacts;
  readonly segments: readonly Segment[];
  readonly parameters: Parameters;
  readonly now: number;
}

/**
 * Writes the answer of Media Playback about a call.
 * @param name the member that holds the interactions
 */
export type InteractionWriter = (asked: AskedCall, name: 'interactions' | 'Interactions') => object;

interface Parts {
  readonly seed: number;
  readonly agents: Agents;
  readonly stamp: StampWriter;
  readonly fileUrl: (segment: Segment, now: number) => string | null;
}

const sentimentNames = ['POSITIVE', 'NEGATIVE', 'MIXED', 'NEUTRAL'] as const;

export function createInteractionWriter(parts: Parts): InteractionWriter {
  return (asked, name) => ({
    contactId: uuidOf(parts.seed, `interaction ${asked.call.masterContactId}`),
    acdcontactId: String(asked.call.masterContactId),
    elevatedInteraction: false,
    brandEmbassyConfig: { threadId: null, caseId: null, sessionId: null },
    [name]: asked.segments.map((segment) => interaction(parts, asked, segment)),
  });
}

function interaction(parts: Parts, { call, parameters, now }: AskedCall, segment: Segment): object {
  const times = timesOf(parts, segment);
  const acwEndTime = parts.stamp(segment.end + call.acw);
  return {
    '@type': 'call',
    mediaType: call.roll > 0.9 ? 'voice-and-screen' : 'voice-only',
    channelType: 'PHONE_CALL',
    ...times,
    data: {
      ...times,
      acwEndTime,
      fileToPlayUrl: parts.fileUrl(segment, now),
      videoImageUrl: null,
      waveformDataList:
        readFlag(parameters, 'exclude-waveforms') === true
          ? []
          : [0, 1].map((channel) => ({
              channel,
              normalizedPcmData: Array.from({ length: 500 }, (_, i) => i % 7),
            })),
      participantDataList: participants(parts, call, segment, now),
      segmentsDataList: [
        {
          ...times,
          acwEndTime,
          openReasonType: segment.place > 0 ? 'TRANSFER' : 'CONTACT',
          closeReasonType: 'CONTACT',
          directionType: call.isOutbound ? 'OUTBOUND' : 'INBOUND',
          source: null,
          originalSourceFromSdr: 'ACD',
          firstSegment: segment.place === 0,
          segmentId: segment.segmentId,
          channelType: 'PHONE_CALL',
          customerRestricted: false,
        },
      ],
      categoryMatchesList:
        readFlag(parameters, 'exclude-qm-categories') === true || call.roll < 0.5
          ? []
          : [{ categoryHierarchy: ['Clinic', 'Refills'], secondsOffsets: [3, 17], confidence: 0.87 }],
      sentiments: [
        {
          overallSentiment: sentimentNames[call.customer % 4],
          segmentStartTime: times.startTime,
          channel: 1,
        },
      ],
      dfoStages: null,
    },
    callTaggingList: null,
    dynamicBusinessData: null,
  };
}

/** The agent, where there was one, and the customer, each on a channel of their own. */
function participants(parts: Parts, call: ContactFacts, segment: Segment, now: number): readonly object[] {
  const { seed, agents } = parts;
  const record = call.agent < 0 ? undefined : agents.record(call.agent, now);
  const stage = (stageType: string): object => ({
    stageType,
    ...timesOf(parts, segment),
    recordingID: uuidOf(seed, `recording ${segment.segmentId}`),
    displays: null,
    mergedParentId: null,
  });
  const participant = (participantType: 'AGENT' | 'CUSTOMER', channel: number): object => ({
    participantType,
    agentName:
      participantType === 'AGENT' ? `${String(record?.['firstName'])} ${String(record?.['lastName'])}` : null,
    participantId: uuidOf(seed, `participant ${channel} ${segment.segmentId}`),
    segmentId: segment.segmentId,
    userId: participantType === 'AGENT' ? record?.['userId'] : null,
    voiceStages: [stage('ACTIVE'), ...(call.holdCount > 0 ? [stage('HOLD')] : [])],
    screenStages: [],
    channel,
  });
  return [...(record ? [participant('AGENT', 0)] : []), participant('CUSTOMER', 1)];
}

function timesOf(
  { stamp }: Parts,
  { start, end }: Segment,
): { readonly startTime: string; readonly endTime: string } {
  return { startTime: stamp(start), endTime: stamp(end) };
}
