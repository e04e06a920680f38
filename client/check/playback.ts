import type { Tenant } from '../../config';
import { CxoneError, type CxoneClient } from '../../cxone';
import { mediaPlaybackSku, permissions } from '../../errors';
import { type PlaybackReport, playbackText } from '../command/recorded-calls';
import type { Check, Finding } from './check';
import type { Clocks } from './lists';
import { grants, roleMenu } from './permissions';
import { failed, finding } from './refusal';
import { type AskedCall, callsBackFrom, perSpan } from './sampled-calls';

/** The requests that concern recordings. */
export type PlaybackClient = Pick<CxoneClient, 'probe' | 'download'>;

export interface PlaybackDependencies {
  readonly client: PlaybackClient;
  readonly clocks: Clocks;
  readonly now: () => number;
  /** Whether the tenant's recordings are synced at all, and of which calls. */
  readonly recordings: boolean;
  readonly recordedCalls: Tenant['recordedCalls'];
  /** What earlier queries found, where that is known. */
  readonly playback?: PlaybackReport | undefined;
}

const hourMs = 3_600_000;
/** From this many calls on, no sentiment and no category is no coincidence. */
const enoughCalls = 3;
/** A recording may be missing for a while after its call (contract §4.5); after a day it is not late any more. */
const settledMs = 24 * hourMs;

/** Everything that Media Playback shows of a few calls. */
interface Evidence {
  readonly tried: readonly AskedCall[];
  /** The first file's first bytes: null while no call had a link. */
  readonly download: Finding | null;
}

/** Media Playback on the latest phone calls, logged and not, the first file's host, and what only another permission shows. */
export function playbackChecks(dependencies: PlaybackDependencies): readonly Check[] {
  let asked: Promise<Evidence> | null = null;
  const evidence = (): Promise<Evidence> => (asked ??= gather(dependencies));
  const check = (name: string, needs: readonly string[], judge: (evidence: Evidence) => Finding): Check => ({
    name,
    needs,
    run: async () =>
      dependencies.recordings ? finding('media', async () => judge(await evidence())) : switchedOff,
  });
  return [
    check('media-playback', ['contacts'], (found) => judgePlayback(found, dependencies)),
    check('download', ['media-playback'], ({ download }) => download ?? noLink),
    check('sentiments', ['media-playback'], judgeSentiments),
  ];
}

/** For a tenant without recordings, nothing about them is checked. */
export const switchedOff: Finding = {
  status: 'unknown',
  code: 'RecordingsOff',
  message: 'Not tried: the tenants file says "recordings": false.',
};
const noLink: Finding = {
  status: 'unknown',
  code: 'NoLink',
  message: 'None of the calls queried has a file to play (fileToPlayUrl is empty).',
  remedy:
    'Check again when there are newer calls; if it stays so, ask whether recording is switched on and licensed.',
};

/**
 * Goes back in time span by span and asks about the latest calls of each, logged and not, until one of either kind had a
 * recording, or three of it were asked about, and one call had a file and one a sentiment or a category. What is known
 * of some calls is kept when a later one fails; a failure at the first call is the finding.
 */
async function gather(dependencies: PlaybackDependencies): Promise<Evidence> {
  const { client } = dependencies;
  const tried: AskedCall[] = [];
  let download: Finding | null = null;
  const isWanted = (isLogged: boolean): boolean => {
    const ofKind = tried.filter((call) => call.isLogged === isLogged);
    const isSampled = ofKind.some(hasFile) || (tried.some(hasFile) && ofKind.length >= perSpan);
    if (!isSampled) return true;
    // Only calls with a recording can have a file or a sentiment.
    const isShown = download !== null && tried.some(hasInsight);
    return !isShown && ofKind.some(hasFile);
  };
  try {
    for await (const call of callsBackFrom(client, timeOf(dependencies), isWanted)) {
      const answer = await client.probe.playback(call.id);
      tried.push({ ...call, answer });
      const url = answer?.interactions.find((one) => one.url !== null)?.url;
      // At once: the link lives for seconds. It is a secret, so it goes nowhere else.
      if (download === null && typeof url === 'string') download = await tryDownload(client, url);
    }
  } catch (error) {
    if (tried.length === 0 || !(error instanceof CxoneError)) throw error;
  }
  return { tried, download };
}

/** Opens the file and closes it after the first bytes. */
async function tryDownload(client: PlaybackClient, url: string): Promise<Finding> {
  const host = URL.canParse(url) ? new URL(url).host : 'its host';
  try {
    const { body } = await client.download(url);
    const bytes = body[Symbol.asyncIterator]();
    await bytes.next();
    await bytes.return?.();
    return { status: 'ok', message: `A recording’s first bytes came from ${host}.` };
  } catch (error) {
    if (!(error instanceof CxoneError)) throw error;
    return failedDownload(error, host);
  }
}

function failedDownload(error: CxoneError, host: string): Finding {
  if (error.code !== 'MediaHostRefused') return failed(error);
  return failed(
    error,
    `If the customer’s recordings really lie there, add "${host}" to mediaHosts in the tenants file ` +
      '(and to privateHosts if it is reached by a private endpoint; to allowInsecureHosts if it is a host of your own).',
  );
}

function judgePlayback({ tried }: Evidence, dependencies: PlaybackDependencies): Finding {
  if (tried.length === 0) {
    return {
      status: 'unknown',
      code: 'NoCall',
      message: 'No phone call in the last 30 days to try it on.',
      remedy:
        'Check again after a recorded call. If there are some: the role’s data view hides them, or calls are of another media type.',
    };
  }
  const found = tried.find(({ answer }) => answer !== null);
  if (found?.answer) return judgeFound(found, found.answer.interactions.length, tried, dependencies);
  const oldest = tried.reduce((one, other) => (other.start < one.start ? other : one));
  const message = `Media Playback has nothing for ${tried.length} calls (${kinds(tried)}), the oldest ${oldest.id} of ${day(oldest.start)}.`;
  if (timeOf(dependencies) - oldest.start < settledMs) {
    const remedy = 'Recordings may come hours after their call: check again tomorrow.';
    return { status: 'unknown', code: 'RecordingsPending', message, remedy };
  }
  return {
    status: 'failed',
    code: 'NoRecording',
    message,
    remedy:
      `Play call ${oldest.id} in CXone (Search & Playback, in newer menus Interactions Hub) as the service user. If it ` +
      `plays for others only, ${roleMenu}: ${grants.media.permission}. If it does not play at all, recording is not switched ` +
      `on, not licensed, or not kept so long. ${mediaPlaybackSku}.`,
  };
}

/** What some calls have, and what the settings leave out. */
function judgeFound(
  { id, start }: AskedCall,
  interactions: number,
  tried: readonly AskedCall[],
  { recordedCalls, playback }: PlaybackDependencies,
): Finding {
  const before = playback === undefined ? null : playbackText(playback);
  const message =
    `Media Playback knows call ${id} of ${day(start)} (${interactions} ${interactions === 1 ? 'interaction' : 'interactions'}). ` +
    `Asked about ${kinds(tried)}.${before === null ? '' : ` Queries so far: ${before}.`}`;
  const leftOut = tried.filter((call) => !call.isLogged && hasFile(call)).length;
  if (recordedCalls === 'logged' && leftOut > 0) {
    return {
      status: 'unknown',
      code: 'RecordingsLeftOut',
      message,
      remedy:
        '"recordedCalls": "logged" leaves out recordings of calls that were not logged, as on CXone Recording they ' +
        'never are: set it to "all", or to "listed" with Data Extraction.',
    };
  }
  const remedy = playback?.advice?.message;
  return { status: 'ok', message, ...(remedy === undefined ? {} : { remedy: `To save quota: ${remedy}.` }) };
}

/** How many calls of either kind were asked about, and how many of them have a recording. */
function kinds(tried: readonly AskedCall[]): string {
  return [true, false]
    .map((isLogged) => tried.filter((call) => call.isLogged === isLogged))
    .map(
      (calls, place) =>
        `${calls.length} ${place === 0 ? 'logged' : 'not logged'}, ${calls.filter(hasFile).length} with a recording`,
    )
    .join('; ');
}

function judgeSentiments({ tried }: Evidence): Finding {
  const seen = tried.filter(({ answer }) => answer !== null);
  const shown = seen.find(hasInsight)?.answer;
  if (shown) {
    const { sentiments, categories } = shown;
    return {
      status: 'ok',
      message: `A call shows sentiments (${sentiments}) or categories (${categories}).`,
    };
  }
  const message = `${seen.length} ${seen.length === 1 ? 'call was' : 'calls were'} queried: no sentiment and no category.`;
  const remedy =
    `In CXone: ${roleMenu}: ${permissions.sentiments}. If it is ` +
    'on, the customer has no Interaction Analytics, and these columns stay empty.';
  const status = seen.length >= enoughCalls ? 'failed' : 'unknown';
  return { status, code: 'NoSentiments', message, remedy };
}

function hasFile({ answer }: AskedCall): boolean {
  return answer?.interactions.some(({ url }) => url !== null) === true;
}

function hasInsight({ answer }: AskedCall): boolean {
  return answer !== null && answer.sentiments + answer.categories > 0;
}

/** CXone's clock where an answer had it; else ours. */
function timeOf({ clocks, now }: PlaybackDependencies): number {
  return clocks.cxone?.at ?? now();
}

function day(start: number): string {
  return new Date(start).toISOString().slice(0, 10);
}
