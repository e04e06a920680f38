import { ourBusinessUnit } from '../data/catalogue';
import type { StampWriter } from '../data/calendar';
import { type ContactIndex, TooHeavy } from './contact-index';
import { tagsOf } from './contact-json';
import { contactStates } from './contact-states';
import { type ContactQuery, readContactQuery } from './contact-query';
import { withFineStamps } from './fine-stamps';
import type { ContactRows } from './contact-rows';
import type { ContactSource } from './contact-source';
import type { Exchange } from '../http/exchange';
import { largestPage, linksOf } from '../http/links';
import { sortedPage, unorderedPage } from './ordered-list';
import { readFlag, readInteger } from '../http/parameters';
import { Dice, hash } from '../data/random';
import { empty, json, type Reply } from '../http/reply';
import { addField, pickFields, toNewName, toOldNames } from './row-text';

/** From this version on fields have their present names (contract §2.3: v24 has the old ones, v27 the new). */
const firstWithNewNames = 27;

/** The Reporting API's contacts. */
export type ContactsEndpoint = ReturnType<typeof createContactsEndpoint>;

interface Parts {
  readonly seed: number;
  readonly address: () => string;
  readonly source: ContactSource;
  readonly index: ContactIndex;
  readonly rows: ContactRows;
  readonly stamp: StampWriter;
}

/** Creates the endpoint. */
export function createContactsEndpoint(parts: Parts) {
  const { seed, address, source, index, rows, stamp } = parts;

  const render = (ids: readonly number[], exchange: Exchange, version: number): Buffer[] => {
    const plain = rows.read(ids, exchange.now);
    const fields = exchange.parameters.get('fields');
    const hasTags = readFlag(exchange.parameters, 'tags') === true;
    const fine = exchange.firing.has('fineStamps');
    if (fields === undefined && !hasTags && !fine && version >= firstWithNewNames) return plain;
    const names = new Set((fields ?? '').split(',').map((name) => toNewName(name.trim()).toLowerCase()));
    return plain.map((row, i) => {
      let text = fine ? withFineStamps(row.toString(), ids[i] as number) : row.toString();
      if (hasTags) text = addField(text, 'tags', tagsOf(ids[i] as number));
      if (fields !== undefined) text = pickFields(text, names);
      return Buffer.from(version >= firstWithNewNames ? text : toOldNames(text));
    });
  };

  /**
   * `GET /contacts/completed` (contract §2.1).
   * @throws BadParameter for parameters that earn a 400
   */
  const completed = (exchange: Exchange, version: number): Reply => {
    const { parameters, now, sequence } = exchange;
    const asked = readContactQuery(parameters, now);
    const orderBy = asked.orderBy && { ...asked.orderBy, field: toNewName(asked.orderBy.field) };
    const skip = readInteger(parameters, 'skip') ?? 0;
    const top = Math.min(readInteger(parameters, 'top') ?? largestPage, largestPage);
    const dice = new Dice(hash(seed, sequence, 0, 0, 55));
    try {
      const { total, segments } = index.select({ ...asked, ...habitsOf(exchange), orderBy }, now);
      if (skip >= total || top === 0) return empty(204);
      const ids =
        orderBy === undefined
          ? unorderedPage(segments, { skip, top }, dice)
          : sortedPage(segments, { skip, top, descending: orderBy.descending }, dice);
      const head = {
        businessUnitId: ourBusinessUnit,
        lastPollTime: stamp(now),
        totalRecords: total,
        _links: linksOf(`${address()}${exchange.path}`, parameters, { skip, top, count: ids.length, total }),
      };
      return page(head, render(ids, exchange, version));
    } catch (error) {
      if (error instanceof TooHeavy) return empty(408);
      throw error;
    }
  };

  /** `GET /contacts/{contactId}` (contract §2.4): the object under a key named `contactId`, 404 when unknown. */
  const byId = (exchange: Exchange, version: number, contactId: number): Reply => {
    const facts = source.find(contactId);
    if (facts === undefined || facts.visibleAt > exchange.now) {
      return empty(404, { icStatusDescription: 'Contact not found' });
    }
    const [row] = render([contactId], exchange, version);
    const head = `{"businessUnitId":${ourBusinessUnit},"lastPollTime":"${stamp(exchange.now)}","contactId":`;
    const body = Buffer.concat([Buffer.from(head), row as Buffer, Buffer.from('}')]);
    return { status: 200, headers: jsonType, body, length: body.length };
  };

  /** `GET /contacts/{contactId}/state-history` (contract §2.5); 404 when unknown. */
  const states = ({ now }: Exchange, contactId: number): Reply => {
    const facts = source.find(contactId);
    if (facts === undefined || facts.visibleAt > now) {
      return empty(404, { icStatusDescription: 'Contact not found' });
    }
    return json(200, { contactStateHistory: contactStates(facts, now, stamp) });
  };

  return { completed, byId, states };
}

function habitsOf({ firing }: Exchange): Pick<ContactQuery, 'exclusiveEnd' | 'fine' | 'twiceEvery'> {
  const twice = firing.get('listedTwice');
  return {
    ...(firing.has('exclusiveEnd') && { exclusiveEnd: true }),
    ...(firing.has('fineStamps') && { fine: true }),
    ...(twice && { twiceEvery: Math.max(1, twice.every ?? 100) }),
  };
}

const jsonType = { 'Content-Type': 'application/json; charset=utf-8' };

function page(head: object, rows: readonly Buffer[]): Reply {
  const opening = Buffer.from(`${JSON.stringify(head).slice(0, -1)},"completedContacts":[`);
  const length = rows.reduce((sum, row) => sum + row.length + 1, opening.length + 1);
  const body = Buffer.allocUnsafe(length);
  let at = opening.copy(body);
  for (const row of rows) {
    at += row.copy(body, at);
    body[at++] = 0x2c;
  }
  // The comma after the last row gives way to the closing bracket.
  body.write(']}', rows.length === 0 ? at : at - 1, 'latin1');
  return { status: 200, headers: jsonType, body, length };
}
