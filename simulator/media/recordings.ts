import { createHash } from 'node:crypto';
import type { ContactFacts } from '../contacts/contact-facts';
import type { ContactSource } from '../contacts/contact-source';
import { dayOfContact, numberOfContact } from '../contacts/contact-id';
import type { MediaFiles } from './media-files';
import type { Settings } from '../options';
import { fraction, hash } from '../data/random';

/** One interaction of a recorded call. */
export interface Segment {
  readonly masterContactId: number;
  readonly segmentId: string;
  /** 0-based place among the call's segments. */
  readonly place: number;
  /** Epoch ms. */
  readonly start: number;
  readonly end: number;
  /** False when Media Playback knows the segment but has no file for it (`fileToPlayUrl: null`). */
  readonly hasFile: boolean;
  readonly bytes: number;
}

/** A recording as a test wants to compare it. */
export interface RecordingTruth {
  readonly masterContactId: number;
  readonly segmentId: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** Which calls have recordings. */
export type Recordings = ReturnType<typeof createRecordings>;

const segmentDraws = 21;

/** Creates the view on recordings. A segment id holds its call's id, so no index is needed. */
export function createRecordings(settings: Settings, source: ContactSource, files: MediaFiles) {
  const { seed, recordingDelaySeconds, mediaBytes } = settings;

  const endOfCall = (master: ContactFacts): number => {
    const day = dayOfContact(master.contactId);
    const number = numberOfContact(master.contactId);
    return source.facts(day, number + source.legs(day, number) - 1).end;
  };

  /** The first leg of a call whose recording is available now; `undefined`: 404. */
  const call = (masterContactId: number, now: number): ContactFacts | undefined => {
    const master = source.find(masterContactId);
    if (master === undefined || master.masterContactId !== masterContactId || !master.isRecorded)
      return undefined;
    return now >= endOfCall(master) + recordingDelaySeconds * 1000 ? master : undefined;
  };

  const draw = (masterContactId: number, purpose: number): number =>
    fraction(
      seed,
      masterContactId % 4294967296,
      Math.floor(masterContactId / 4294967296),
      segmentDraws,
      purpose,
    );

  const segmentIdOf = (masterContactId: number, place: number): string => {
    const code = masterContactId * 4 + place;
    const head = hash(seed, code % 4294967296, Math.floor(code / 4294967296), segmentDraws)
      .toString(16)
      .padStart(8, '0');
    const tail = code.toString(16).padStart(12, '0');
    return `${head}-${tail.slice(8)}-4${head.slice(0, 3)}-9${head.slice(5)}-${tail}`;
  };

  /** The segments of a recorded call; about one call in ten has two. */
  const segments = (master: ContactFacts): readonly Segment[] => {
    const id = master.masterContactId;
    const count = draw(id, 1) < 0.1 ? 2 : 1;
    const length = (endOfCall(master) - master.start) / count;
    return Array.from({ length: count }, (_, place) => ({
      masterContactId: id,
      segmentId: segmentIdOf(id, place),
      place,
      start: Math.floor(master.start + place * length),
      end: Math.floor(master.start + (place + 1) * length),
      hasFile: draw(id, 10 + place) >= 0.01,
      bytes: mediaBytes.min + Math.floor(draw(id, 20 + place) * (mediaBytes.max - mediaBytes.min + 1)),
    }));
  };

  /** The segment with that id, whatever the time. */
  const find = (segmentId: string): Segment | undefined => {
    const code = Number.parseInt(segmentId.slice(-12), 16);
    const master = Number.isNaN(code) ? undefined : source.find(Math.floor(code / 4));
    if (master === undefined || !master.isRecorded || master.leg !== 0) return undefined;
    return segments(master).find((segment) => segment.segmentId === segmentId.toLowerCase());
  };

  /** Length and hash of a segment's file. */
  const truth = (segment: Segment): RecordingTruth => {
    const sha256 = createHash('sha256');
    for (const chunk of files.read(segment.segmentId, segment.bytes, 0, segment.bytes)) sha256.update(chunk);
    const { masterContactId, segmentId, bytes } = segment;
    return { masterContactId, segmentId, bytes, sha256: sha256.digest('hex') };
  };

  return { call, segments, find, truth };
}
