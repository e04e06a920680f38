import { readStamp } from './calendar';
import type { Exchange } from './exchange';
import type { Effect } from './fault-effects';
import { LARGEST_PAGE } from './links';
import type { Parameters } from './parameters';
import type { Reply } from './reply';
import { empty, text } from './reply';
import type { AnswerForm, FaultName } from './switches';

const isList = ({ family }: Exchange): boolean =>
  family === 'contacts' || family === 'agents' || family === 'lookups';

const askedTop = ({ parameters }: Exchange): number => Number(parameters.get('top') ?? LARGEST_PAGE);

/** An effect that asks the endpoint for something else than the caller did. */
const asking =
  (change: (parameters: Parameters, args: Parameters_) => Parameters): Effect =>
  (next, args, exchange) =>
    next(isList(exchange) ? { ...exchange, parameters: change(exchange.parameters, args) } : exchange);

type Parameters_ = globalThis.Parameters<Effect>[1];
