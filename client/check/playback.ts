import { CxoneError, permissions } from '../../cxone';
import type { CxoneClient, PlaybackLook } from '../../cxone';
import type { Check, Finding } from './check';
import type { Clocks } from './lists';
import { grants, roleMenu } from './places';
import { failed, finding } from './refusal';

/** The calls that tell of recordings. */
export type PlaybackClient = Pick<CxoneClient, 'probe' | 'download'>;

export interface PlaybackDependencies {
  readonly client: PlaybackClient;
  readonly clocks: Clocks;
  readonly now: () => number;
  /** Whether the tenant's recordings are synced at all. */
  readonly recordings: boolean;
}

const hourMs = 3_600_000;
/** How far back each further search reaches, in hours: most tenants have a logged call within the first. */
const spans = [1, 24, 7 * 24, 30 * 24] as const;
/** Look-ups in one span: they come out of a quota of 150 in five minutes. */
const perSpan = 3;
/** So many calls without a sentiment and without a category are no accident. */
const enoughCalls = 3;
/** A recording may be missing for a while after its call (contract §4.5); after a day it is not late any more. */
const settledMs = 24 * hourMs;
const phone = 4;

/** A logged call: its master contact and when it started, in epoch ms. */
interface Call {
  readonly id: string;
  readonly start: number;
}

/** A call that was looked up. */
interface Tried extends Call {
  readonly look: PlaybackLook | null;
}

/** Everything that Media Playback tells about a few logged calls. */
interface Evidence {
  readonly tried: readonly Tried[];
  /** The first file's first bytes: null while no call had a link. */
  readonly download: Finding | null;
}

/** Media Playback on the latest logged calls, the first file's host, and what only another permission shows. */
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
    check('media-playback', ['contacts'], (found) => judgePlayback(found, timeOf(dependencies))),
    check('download', ['media-playback'], ({ download }) => download ?? noLink),
    check('sentiments', ['media-playback'], judgeSentiments),
  ];
}

/** Of a tenant without recordings nothing that is for them is tried. */
export const switchedOff: Finding = {
  status: 'unknown',
  code: 'RecordingsOff',
  message: 'Not tried: the tenants file says "recordings": false.',
};
const noLink: Finding = {
  status: 'unknown',
  code: 'NoLink',
  message: 'None of the calls looked up has a file to play (fileToPlayUrl is empty).',
  remedy:
    'Check again when there are newer calls; if it stays so, ask whether recording is switched on and licensed.',
};

/**
 * Goes back in time span by span and looks up the latest calls of each, until one had a file and one had a sentiment or
 * a category. What is known of some calls outlives a failure at a later one; the first failure is the finding.
 */
async function gather(dependencies: PlaybackDependencies): Promise<Evidence> {
  const { client } = dependencies;
  const tried: Tried[] = [];
  let download: Finding | null = null;
  try {
    for await (const { id, start } of callsBackFrom(client, timeOf(dependencies))) {
      const look = await client.probe.playback(id);
      tried.push({ id, start, look });
      const url = look?.interactions.find((one) => one.url !== null)?.url;
      // At once: the link lives for seconds. It is a secret, so it goes nowhere else.
      if (download === null && typeof url === 'string') download = await tryDownload(client, url);
      if (download !== null && tried.some(hasInsight)) break;
    }
  } catch (error) {
    if (tried.length === 0 || !(error instanceof CxoneError)) throw error;
  }
  return { tried, download };
}

/** The latest calls of each span. Spans do not overlap: those of the last hour may be too young for a recording. */
async function* callsBackFrom(client: PlaybackClient, end: number): AsyncGenerator<Call> {
  let to = end;
  for (const hours of spans) {
    const from = end - hours * hourMs;
    yield* await loggedCalls(client, from, to);
    to = from;
  }
}

/** The latest logged phone calls of a span, by their master contact. */
async function loggedCalls(client: PlaybackClient, from: number, to: number): Promise<readonly Call[]> {
  const { contacts } = await client.probe.contacts({
    from: new Date(from),
    to: new Date(to),
    filter: { mediaTypeId: phone },
    isLogged: true,
    latestFirst: true,
    top: perSpan * 4,
    fields: ['contactId', 'masterContactId', 'contactStartDate'],
  });
  const calls = new Map<string, number>();
  for (const { contactId, masterContactId, contactStartDate } of contacts) {
    const id = String(masterContactId ?? contactId);
    if (!calls.has(id)) calls.set(id, Date.parse(String(contactStartDate)));
  }
  return [...calls].slice(0, perSpan).map(([id, start]) => ({ id, start }));
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

function judgePlayback({ tried }: Evidence, now: number): Finding {
  const found = tried.find(({ look }) => look !== null);
  if (found?.look) {
    const { length } = found.look.interactions;
    return {
      status: 'ok',
      message: `Media Playback knows call ${found.id} of ${day(found.start)} (${length} ${length === 1 ? 'interaction' : 'interactions'}).`,
    };
  }
  if (tried.length === 0) {
    return {
      status: 'unknown',
      code: 'NoLoggedCall',
      message: 'No logged call in the last 30 days to try it on.',
      remedy:
        'Check again after a recorded call. If there are some: recording is off, or the role’s data view hides them.',
    };
  }
  const oldest = tried.reduce((one, other) => (other.start < one.start ? other : one));
  const message = `Media Playback has nothing for ${tried.length} logged calls, the oldest ${oldest.id} of ${day(oldest.start)}.`;
  if (now - oldest.start < settledMs) {
    const remedy = 'Recordings may come hours after their call: check again tomorrow.';
    return { status: 'unknown', code: 'RecordingsPending', message, remedy };
  }
  return {
    status: 'failed',
    code: 'NoRecording',
    message,
    remedy:
      `Play call ${oldest.id} in CXone (Search & Playback) as the service user. If it plays for others only, ${roleMenu}: ` +
      `${grants.media.permission}. If it plays for nobody, recording is not switched on, not licensed, or not kept so long.`,
  };
}

function judgeSentiments({ tried }: Evidence): Finding {
  const seen = tried.filter(({ look }) => look !== null);
  const shown = seen.find(hasInsight)?.look;
  if (shown) {
    const { sentiments, categories } = shown;
    return {
      status: 'ok',
      message: `A call shows sentiments (${sentiments}) or categories (${categories}).`,
    };
  }
  const message = `${seen.length} ${seen.length === 1 ? 'call was' : 'calls were'} looked at: no sentiment and no category.`;
  const remedy =
    `In CXone: ${roleMenu}: ${permissions.sentiments}. If it is ` +
    'on, the customer has no Interaction Analytics, and these columns stay empty.';
  const status = seen.length >= enoughCalls ? 'failed' : 'unknown';
  return { status, code: 'NoSentiments', message, remedy };
}

function hasInsight({ look }: Tried): boolean {
  return look !== null && look.sentiments + look.categories > 0;
}

/** CXone's clock, as far as it told it; else ours. */
function timeOf({ clocks, now }: PlaybackDependencies): number {
  return clocks.cxone?.at ?? now();
}

function day(start: number): string {
  return new Date(start).toISOString().slice(0, 10);
}
