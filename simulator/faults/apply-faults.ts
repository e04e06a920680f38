import type { Answer, Effect, RowEffect } from '../http/fault-effect';
import type { Exchange } from '../http/exchange';
import type { FaultRule } from './fault-rules';
import { listFaults } from './list-faults';
import { mediaFaults } from './media-faults';
import { json, type Reply } from '../http/reply';
import type { FaultName } from '../http/fault-names';
import { transportFaults } from './transport-faults';

/** Faults that are neither here nor changes of rows are handled by the endpoint that they concern. */
const effects: Readonly<Partial<Record<FaultName, Effect>>> = {
  ...transportFaults,
  ...listFaults,
  ...mediaFaults,
  tenantUnknown: (next, _args, exchange) =>
    exchange.path === '/.well-known/cxone-configuration'
      ? Promise.resolve(json(404, { message: 'Tenant not found' }))
      : next(exchange),
};

/** Answers an exchange under the rules that fire for it: the first rule is the outermost. */
export async function answerUnder(
  rules: readonly FaultRule[],
  exchange: Exchange,
  answer: Answer,
  changeRows: RowEffect,
): Promise<Reply> {
  const chain = rules.reduceRight<Answer>((next, { name, args = {} }) => {
    const effect = effects[name];
    return effect === undefined ? next : (asked) => effect(next, args, asked);
  }, answer);
  const reply = await chain(exchange);
  for (const { name, args = {} } of rules) {
    if (name === 'insertLate' || name === 'removeRows' || name === 'updateRows')
      changeRows(name, args, exchange);
  }
  return reply;
}
