import { readDate } from '../data/calendar';
import type { Exchange } from '../http/exchange';
import type { Effect } from '../http/fault-effect';
import { largestPage } from '../http/links';
import type { Parameters } from '../http/parameters';
import { empty, json, type Reply } from '../http/reply';
import type { AnswerForm, FaultArguments, FaultName } from '../http/fault-names';

/**
 * Awkward ways of paging, dating and wrapping lists (contract §2.3, §2.6 to §2.8, §3.1, §8). They change what the
 * endpoint is asked, or the text around the rows of what it answered; the rows themselves stay as they are.
 */
export const listFaults = {
  timeout408WhenTopOver: (next, { top = 1000 }, exchange) =>
    isPaged(exchange) && askedTop(exchange) > top ? Promise.resolve(empty(408)) : next(exchange),
  refuseLargeTop: (next, _args, exchange) =>
    isList(exchange) && askedTop(exchange) > largestPage
      ? Promise.resolve(empty(400, { icStatusDescription: `top must not exceed ${largestPage}` }))
      : next(exchange),
  smallPages: asking((parameters, { top = 100, most = top }) =>
    parameters.changed('top', String(Math.min(Number(parameters.get('top') ?? top), most))),
  ),
  duplicatePage: asking((parameters, { count }) => {
    const skip = Number(parameters.get('skip') ?? 0);
    const back = count ?? Number(parameters.get('top') ?? largestPage);
    return skip === 0 ? parameters : parameters.changed('skip', String(Math.max(0, skip - back)));
  }),
  ignoreOffsets: asking((parameters) =>
    dateParameters.reduce((changed, name) => {
      const read = parameters.get(name)?.replace(/(T.*)[+ -]\d\d:?\d\d$/i, '$1Z');
      return read === undefined ? changed : changed.changed(name, read);
    }, parameters),
  ),
  refuseOffsets: (next, _args, exchange) => {
    const wrong = dateParameters.find((name) => /[^z]$/i.test(exchange.parameters.get(name) ?? ''));
    return isList(exchange) && wrong !== undefined
      ? Promise.resolve(empty(400, { icStatusDescription: `Invalid date in parameter ${wrong}` }))
      : next(exchange);
  },
  updateSinceOnly: asking((parameters) => parameters.changed('updatedSince', undefined), 'agents', 'lookups'),
  updatedSinceOnly: asking((parameters) => parameters.changed('updateSince', undefined), 'agents', 'lookups'),
  emptyAs200: async (next, { form = 'emptyList' }, exchange) => {
    const reply = await next(exchange);
    return isList(exchange) && reply.status === 204 ? nothing(form, exchange) : reply;
  },
  missingArray: saying((body) => {
    const answer = JSON.parse(body.toString()) as { readonly resultSet?: object };
    const members = Object.entries(answer.resultSet ?? answer).filter(([, value]) => !Array.isArray(value));
    const bare = Object.fromEntries(members);
    return Buffer.from(JSON.stringify(answer.resultSet === undefined ? bare : { resultSet: bare }));
  }),
  wrongTotal: saying((body, { count = 1 }) =>
    editHead(
      body,
      /"totalRecords":(\d+)/,
      (_, total) => `"totalRecords":${Math.max(0, Number(total) + count)}`,
    ),
  ),
  smallTotal: async (next, { form = 'capped', count = 500 }, exchange) => {
    const reply = await next(exchange);
    if (!isList(exchange)) return reply;
    const skip = Number(exchange.parameters.get('skip') ?? 0);
    return edited(reply, (body) =>
      editHead(body, /"totalRecords":(\d+)/, (_, total) => {
        const onPage = Math.max(0, Math.min(askedTop(exchange), largestPage, Number(total) - skip));
        return `"totalRecords":${form === 'pageOnly' ? onPage : Math.min(Number(total), count)}`;
      }),
    );
  },
  roundedSince: asking((parameters, { seconds = 60 }) =>
    ['updatedSince', 'updateSince'].reduce((changed, name) => {
      const since = readDate(parameters.get(name) ?? '');
      if (since === undefined) return changed;
      return changed.changed(name, new Date(since - (since % (seconds * 1_000))).toISOString());
    }, parameters),
  ),
  // What a replica that lags behind, or a clock of its own, says: the Date header stays right.
  wrongPollTime: async (next, { seconds = 10_800 }, exchange) => {
    const stamp = new Date(exchange.now + seconds * 1_000).toISOString();
    return edited(await next(exchange), (body) =>
      editHead(body, /"lastPollTime":"[^"]*"/, () => `"lastPollTime":"${stamp}"`),
    );
  },
  withoutLastPollTime: saying((body) => editHead(body, /"lastPollTime":"[^"]*",/, () => '')),
  withoutLinks: saying((body) => editHead(body, /"_links":\{[^}]*\},/, () => '')),
  // An address that a careless client would follow with its token.
  foreignNextLink: saying((body) =>
    editHead(body, /"next":"https?:\/\/[^/]+/, () => '"next":"https://elsewhere.invalid'),
  ),
  resultSetWrapper: saying((body) =>
    body.subarray(0, 13).toString() === '{"resultSet":'
      ? body
      : Buffer.concat([Buffer.from('{"resultSet":'), body, Buffer.from('}')]),
  ),
  plainCampaigns: saying((body) =>
    body.subarray(0, 13).toString() === '{"resultSet":' ? body.subarray(13, body.length - 1) : body,
  ),
  clockSkew: async (next, { minutes = 10 }, exchange) => {
    const reply = await next(exchange);
    const skewed = exchange.now + minutes * 60_000;
    const headers = { ...reply.headers, Date: new Date(skewed).toUTCString() };
    const stamp = new Date(skewed).toISOString();
    return edited({ ...reply, headers }, (body) =>
      editHead(body, /"lastPollTime":"[^"]*"/, () => `"lastPollTime":"${stamp}"`),
    );
  },
} as const satisfies Partial<Record<FaultName, Effect>>;

const dateParameters = ['startDate', 'endDate', 'updatedSince', 'updateSince'];

function isList({ family }: Exchange): boolean {
  return family === 'contacts' || family === 'agents' || family === 'lookups';
}

/** One record asked for by its id comes in no page that could be smaller. */
function isPaged(exchange: Exchange): boolean {
  return isList(exchange) && !/\/(agents|contacts)\/(?!completed$)[^/]+$/i.test(exchange.path);
}

function askedTop({ parameters }: Exchange): number {
  return Number(parameters.get('top') ?? largestPage);
}

/** Asks the endpoint for something else than the caller did. */
function asking(
  change: (parameters: Parameters, args: FaultArguments) => Parameters,
  ...families: readonly Exchange['family'][]
): Effect {
  return (next, args, exchange) => {
    const concerns = families.length === 0 ? isList(exchange) : families.includes(exchange.family);
    return next(concerns ? { ...exchange, parameters: change(exchange.parameters, args) } : exchange);
  };
}

/** Changes the text of a list that was found. */
function saying(change: (body: Buffer, args: FaultArguments) => Buffer): Effect {
  return async (next, args, exchange) => {
    const reply = await next(exchange);
    return isList(exchange) ? edited(reply, (body) => change(body, args)) : reply;
  };
}

function edited(reply: Reply, change: (body: Buffer) => Buffer): Reply {
  const isJson = /json/.test(reply.headers['Content-Type'] ?? '');
  if (reply.status !== 200 || !isJson || !Buffer.isBuffer(reply.body)) return reply;
  const body = change(reply.body);
  return { ...reply, body, length: body.length };
}

// What surrounds the rows stands before them; a page of ten megabytes need not be searched for it.
const headBytes = 4096;

function editHead(body: Buffer, pattern: RegExp, write: (...match: string[]) => string): Buffer {
  const head = body.subarray(0, headBytes).toString('latin1').replace(pattern, write);
  return Buffer.concat([Buffer.from(head, 'latin1'), body.subarray(headBytes)]);
}

/** The forms that "no rows" takes with status 200 (contract §2.7). */
function nothing(form: AnswerForm, { path, now }: Exchange): Reply {
  if (form === 'noBody') return { ...empty(200), headers: { 'Content-Type': 'application/json' } };
  const resource = path.split('/').at(-1) ?? '';
  const key = resource === 'completed' ? 'completedContacts' : resource;
  const lastPollTime = new Date(now).toISOString();
  const list = form === 'noList' ? {} : { [key]: form === 'nullList' ? null : [] };
  return json(200, { lastPollTime, totalRecords: 0, ...list });
}
