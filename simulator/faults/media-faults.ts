import type { Exchange } from '../http/exchange';
import type { Effect } from '../http/fault-effect';
import { expiredUrl, noRecording, storageProblem } from '../http/error-replies';
import { empty, json, type Reply, text } from '../http/reply';
import { partOf } from './transport-faults';
import type { FaultName } from '../http/fault-names';

interface Interaction {
  readonly data: Readonly<Record<string, unknown>>;
}

/**
 * Recordings that are missing, strange or damaged (contract §4), and Data Extraction's way to say
 * "one at a time" (contract §10). Playback queries are recognised by their family, files by theirs.
 */
export const mediaFaults = {
  mediaMissing: (next, _args, exchange) =>
    exchange.family === 'media' ? Promise.resolve(noRecording()) : next(exchange),
  mediaShape: playing((interactions, answer, { form }) => {
    const { interactions: _small, Interactions: _capital, ...rest } = answer;
    if (form !== 'value') return { ...rest, Interactions: interactions };
    return { value: { ...rest, Interactions: interactions.map((one) => ({ Interaction: one })) } };
  }),
  nullUrls: playing((interactions, answer, { absent }) =>
    withData(interactions, answer, ({ fileToPlayUrl: _url, ...data }) =>
      absent === true ? data : { ...data, fileToPlayUrl: null },
    ),
  ),
  sentimentsWithheld: playing((interactions, answer) =>
    withData(interactions, answer, (data) => ({ ...data, sentiments: [], categoryMatchesList: [] })),
  ),
  // What real answers were seen to hold besides the published fields (contract §11.15), and an unknown one.
  interactionFields: playing((interactions, answer) => ({
    ...withData(interactions, answer, (data) => ({
      ...data,
      dfoStages: [{ stageType: 'OPEN', startTime: '2026-01-01T00:00:00Z' }],
      transferPoints: [{ from: 'queue', to: 'agent' }],
      customerMood: 'calm',
    })),
    brandEmbassyConfig: { threadId: 'thread-1', caseId: 'case-1', sessionId: 'session-1' },
  })),
  mediaTruncated: serving((reply, _exchange, { share }) => ({ ...reply, cutAt: partOf(reply, share) })),
  mediaEmpty: serving((reply) => ({ ...reply, body: Buffer.alloc(0), length: 0 })),
  // The file was replaced between two requests: a part of the old one no longer fits.
  changedEtag: async (next, _args, exchange) => {
    if (exchange.family !== 'file') return next(exchange);
    const { 'if-match': ifMatch, 'if-range': ifRange, range, ...others } = exchange.headers;
    if (ifMatch !== undefined) return storageProblem(412, 'PreconditionFailed');
    const headers = range === undefined || ifRange !== undefined ? others : { ...others, range };
    const reply = await next({ ...exchange, headers });
    const etag = `"${String(exchange.sequence).padStart(32, 'e')}"`;
    return reply.status < 300 ? { ...reply, headers: { ...reply.headers, ETag: etag } } : reply;
  },
  rangeIgnored: async (next, _args, exchange) => {
    if (exchange.family !== 'file') return next(exchange);
    const { range: _range, ...headers } = exchange.headers;
    const reply = await next({ ...exchange, headers });
    const { 'Accept-Ranges': _ranges, ...rest } = reply.headers;
    return { ...reply, headers: rest };
  },
  expireUrls: (next, _args, exchange) =>
    exchange.family === 'file' ? Promise.resolve(expiredUrl()) : next(exchange),
  withoutLength: serving((reply) => ({ ...reply, isChunked: true })),
  extractionBusy: (next, { body = 'Only one request is allowed every 30 seconds' }, exchange) =>
    exchange.family === 'extraction'
      ? Promise.resolve(body === '' ? empty(403) : text(403, body, 'text/plain'))
      : next(exchange),
} as const satisfies Partial<Record<FaultName, Effect>>;

type Answer = Readonly<Record<string, unknown>>;

/** Changes a playback answer that has interactions. */
function playing(
  change: (interactions: readonly Interaction[], answer: Answer, args: Parameters<Effect>[1]) => object,
): Effect {
  return async (next, args, exchange) => {
    const reply = await next(exchange);
    if (exchange.family !== 'media' || reply.status !== 200 || !Buffer.isBuffer(reply.body)) return reply;
    const answer = JSON.parse(reply.body.toString()) as Answer;
    const interactions = answer['interactions'] ?? answer['Interactions'];
    return interactions === undefined
      ? reply
      : json(200, change(interactions as readonly Interaction[], answer, args));
  };
}

function withData(
  interactions: readonly Interaction[],
  answer: Answer,
  change: (data: Interaction['data']) => object,
): object {
  const name = 'Interactions' in answer ? 'Interactions' : 'interactions';
  return { ...answer, [name]: interactions.map((one) => ({ ...one, data: change(one.data) })) };
}

/** Changes the answer to a request for a file, if there is one. */
function serving(change: (reply: Reply, exchange: Exchange, args: Parameters<Effect>[1]) => Reply): Effect {
  return async (next, args, exchange) => {
    const reply = await next(exchange);
    return exchange.family === 'file' && reply.status < 300 ? change(reply, exchange, args) : reply;
  };
}
