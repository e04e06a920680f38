import { BadParameter } from '../http/bad-parameter';
import type { Agents } from '../admin/agents';
import type { StampWriter } from '../data/calendar';
import type { Exchange } from '../http/exchange';
import { type Parameters, readFlag } from '../http/parameters';
import type { PresignedUrls } from './presigned-urls';
import { createInteractionWriter } from './interaction';
import type { Quota } from './quota';
import type { Recordings, Segment } from './recordings';
import { noRecording, tooManyRequests } from '../http/error-replies';
import { json, type Reply } from '../http/reply';

/** Media Playback (contract §4). */
export type MediaEndpoint = (exchange: Exchange) => Reply;

interface Parts {
  readonly seed: number;
  readonly recordings: Recordings;
  readonly agents: Agents;
  readonly urls: PresignedUrls;
  /** Absent: unlimited. */
  readonly quota: Quota | undefined;
  readonly stamp: StampWriter;
}

const notFound = noRecording();
const voiceTypes = new Set(['all', 'voice-only', 'voice-and-screen']);

/**
 * Creates the endpoint. Playback queries beyond the quota get 429 `{ message, route }` without `Retry-After`: no client
 * has ever been seen to get one from this API (§5).
 */
export function createMediaEndpoint(parts: Parts): MediaEndpoint {
  const { seed, recordings, agents, urls, quota, stamp } = parts;
  const fileUrl = (segment: Segment, now: number): string | null =>
    segment.hasFile ? urls.sign(urls.pathOf(segment.masterContactId, segment.segmentId), now) : null;
  const answer = createInteractionWriter({ seed, agents, stamp, fileUrl });

  /** When calls must have ended for their recording to be there. */
  const arrivedBy = ({ firing, now }: Exchange): number => {
    const args = firing.get('mediaLate');
    return args === undefined ? now : now - (args.seconds ?? 3600) * 1000;
  };

  const byCall = (exchange: Exchange): Reply => {
    const { parameters, now } = exchange;
    const asked = parameters.get('acd-call-id');
    if (asked === undefined) throw new BadParameter('acd-call-id is required');
    const call = /^\d{1,15}$/.test(asked) ? recordings.call(Number(asked), arrivedBy(exchange)) : undefined;
    if (call === undefined || !wantsVoice(parameters)) return notFound;
    const segments = recordings.segments(call);
    if (readFlag(parameters, 'isDownload') === true) {
      const first = segments.find(({ hasFile }) => hasFile);
      return first === undefined ? notFound : json(200, { redirectUrl: fileUrl(first, now) });
    }
    return json(200, answer({ call, segments, parameters, now }, 'interactions'));
  };

  const bySegment = (exchange: Exchange, segmentId: string): Reply => {
    const { parameters, now } = exchange;
    const segment = recordings.find(segmentId);
    const call = segment && recordings.call(segment.masterContactId, arrivedBy(exchange));
    if (segment === undefined || call === undefined) return notFound;
    // The published schema and the recorded answers disagree about the capital (§4.1); both occur here.
    const name = segment.masterContactId % 2 === 0 ? 'interactions' : 'Interactions';
    return json(200, answer({ call, segments: [segment], parameters, now }, name));
  };

  return (exchange) => {
    if (quota?.admit(exchange.now) === false) {
      return tooManyRequests(exchange);
    }
    const segmentId = /^\/media-playback\/v1\/segments\/([0-9a-f-]{36})$/i.exec(exchange.path)?.[1];
    if (segmentId !== undefined) return bySegment(exchange, segmentId);
    return exchange.path.toLowerCase() === '/media-playback/v1/contacts' ? byCall(exchange) : notFound;
  };
}

function wantsVoice(parameters: Parameters): boolean {
  const types = parameters.all('media-type').flatMap((value) => value.split(','));
  return types.length === 0 || types.some((type) => voiceTypes.has(type));
}
