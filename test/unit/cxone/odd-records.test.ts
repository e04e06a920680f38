import { readBatch } from '../../../activities/batch';
import {
  parseAgentPage,
  parseContactPage,
  parseLookupPage,
  readAgent,
  readContact,
  readLookup,
} from '../../../cxone';
import { limits } from '../../../cxone/limits';
import { parseLists, parseRecord } from '../../../cxone/records/records';

const contact = (id: number, more = '') =>
  `{"contactId":${id},"contactStartDate":"2026-01-01T08:00:0${id % 10}Z","lastUpdateTime":"2026-01-01T09:00:00Z"${more}}`;
const pageOf = (...records: readonly (string | Buffer)[]): Buffer =>
  Buffer.concat([
    Buffer.from('{"totalRecords":9,"completedContacts":['),
    ...records.flatMap((one, index) => [Buffer.from(index === 0 ? '' : ', '), Buffer.from(one)]),
    Buffer.from(']}'),
  ]);
const read = async (...records: readonly (string | Buffer)[]) =>
  readBatch((await parseContactPage(pageOf(...records))).records, readContact);
const deep = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`;

describe('a record nested 20,000 levels', () => {
  const bad = contact(2, `, "odd" : ${deep(20_000)}`);

  it('is rejected with its bytes as they came, and costs no other record', async () => {
    const { rows, rejected } = await read(contact(1), bad, contact(3));
    expect(rows.map(({ values }) => values['contactId'])).toEqual([1, 3]);
    expect(rejected).toEqual([{ ok: false, reason: 'nests deeper than 64 levels', field: 'odd', raw: bad }]);
  });

  it('nor does it where another record of the page has a long number', async () => {
    const { rows, rejected } = await read(contact(1, ',"ref":12345678901234567890'), bad);
    expect(rows).toMatchObject([{ extra: '{"ref":12345678901234567890}' }]);
    expect(rejected).toMatchObject([{ raw: bad }]);
  });

  it('nor where it has one itself, or is nothing but nesting', async () => {
    const both = contact(2, `,"n":12345678901234567890,"odd":{"a":${deep(20_000)}}`);
    const { rows, rejected } = await read(both, deep(20_000), contact(1));
    expect(rows).toHaveLength(1);
    expect(rejected.map(({ raw }) => raw)).toEqual([both, deep(20_000)]);
  });

  it('still gives its stamps, which pages are ordered by', async () => {
    expect(await parseContactPage(pageOf(contact(1), bad))).toMatchObject({
      firstStart: '2026-01-01T08:00:01.000Z',
      lastStart: '2026-01-01T08:00:02.000Z',
    });
  });

  it('is one again when it is kept and read again', () => {
    expect(readContact(parseRecord(Buffer.from(bad)))).toMatchObject({ ok: false, field: 'odd', raw: bad });
  });

  it('of an agent loses its secrets as well', async () => {
    const agent = `{"agentId":1,"apiKey":"canary","odd":${deep(20_000)},"Password":["canary"]}`;
    const page = await parseAgentPage(Buffer.from(`{"agents":[${agent},{"agentId":2}]}`));
    const { rows, rejected } = await readBatch(page.records, readAgent);
    expect(rows).toHaveLength(1);
    expect(rejected).toMatchObject([{ raw: `{"agentId":1,"odd":${deep(20_000)}}` }]);
    expect(page.body.toString()).not.toContain('canary');
    const again = await readBatch((await parseAgentPage(page.body)).records, readAgent);
    expect(again.rejected).toMatchObject([{ raw: `{"agentId":1,"odd":${deep(20_000)}}` }]);
  });
});

describe('a rejected record', () => {
  it('is kept as it came, its spaces, doubles and spelling included', async () => {
    const bad = '{ "contactId" : 0 , "contactId":-1.0,"note":"caf\\u00e9","n":1E2 }';
    const { rejected } = await read(contact(1), ` ${bad} `);
    expect(rejected).toMatchObject([{ field: 'contactId', raw: bad }]);
  });

  it('that is larger than any is one with all of its bytes', async () => {
    const many = contact(1, `,"list":[${'0,'.repeat(limits.recordValues)}0]`);
    const large = contact(2, `,"note":"${'x'.repeat(limits.recordBytes)}"`);
    const { rows, rejected } = await read(many, large, contact(3));
    expect(rows).toHaveLength(1);
    expect(rejected.map(({ reason }) => reason)).toEqual([
      `the record has more than ${limits.recordValues} values`,
      `the record has more than ${limits.recordBytes} bytes`,
    ]);
    expect(rejected.map(({ raw }) => raw.length)).toEqual([many.length, large.length]);
  });
});

describe('a number that a double cannot hold', () => {
  const digits = '9'.repeat(400);

  it.each([
    ['a contact', async () => read(contact(1, `,"big":${digits},"inner":{"e":1e400}`))],
    [
      'an agent',
      async () => {
        const body = `{"agents":[{"agentId":1,"big":${digits},"inner":{"e":1e400}}]}`;
        return readBatch((await parseAgentPage(Buffer.from(body))).records, readAgent);
      },
    ],
    [
      'a skill',
      async () => {
        const body = `{"skills":[{"skillId":1,"big":${digits},"inner":{"e":1e400}}]}`;
        return readBatch((await parseLookupPage(Buffer.from(body), 'skills')).records, readLookup.skills);
      },
    ],
  ])('is kept as text in what is extra of %s, and noted', async (_name, batch) => {
    const { rows, drift } = await batch();
    expect(JSON.parse(rows[0]?.extra ?? '')).toEqual({ big: digits, inner: { e: '1e400' } });
    expect(drift).toEqual([
      { field: 'big', observedType: 'number as text' },
      { field: 'inner', observedType: 'number as text' },
      { field: 'inner', observedType: 'object' },
    ]);
  });

  it.each([
    ['agentId', digits],
    ['totalDurationSeconds', '1e400'],
    ['acwSeconds', '1e-400'],
    ['holdCount', digits],
  ])('in the typed column %s rejects the record, which is kept as it came', async (field, number) => {
    const bad = contact(2, `,"${field}":${number}`);
    const { rows, rejected } = await read(contact(1), bad);
    expect(rows).toHaveLength(1);
    expect(rejected).toEqual([
      { ok: false, reason: `${field} is a number beyond what a double can hold`, field, raw: bad },
    ]);
  });

  it('is text in a column of text, and only rounded where it is too exact for a column of doubles', async () => {
    const { rows, drift } = await read(
      contact(1, `,"firstName":${digits},"holdSeconds":12.3333333333333333333333333333`),
    );
    expect(rows).toMatchObject([
      { values: { firstName: digits, holdSeconds: 12.333333333333334 }, extra: null },
    ]);
    expect(drift).toEqual([]);
  });

  it('is noted where it stands in a list that has a column', async () => {
    const { rows, drift } = await read(contact(1, `,"tags":[{"tagId":${digits}}]`));
    expect(rows).toMatchObject([{ values: { tags: `[{"tagId":"${digits}"}]` } }]);
    expect(drift).toEqual([{ field: 'tags', observedType: 'number as text' }]);
  });
});

describe('bytes that are no UTF-8', () => {
  const odd = (text: string) => Buffer.from(text, 'latin1');

  it('become U+FFFD, and the fields are named, under the names of their columns', async () => {
    const { rows, rejected } = await read(
      contact(1, ',"FIRSTNAME":"\ufffd is one here"'),
      odd(contact(2, ',"FIRSTNAME":"Ren\u00e9","mood":"tr\u00e8s bien","lastName":"Roe"')),
    );
    expect(rejected).toEqual([]);
    expect(rows.map(({ replaced }) => replaced)).toEqual([undefined, ['firstName', 'mood']]);
    expect(rows[1]).toMatchObject({
      values: { firstName: 'Ren\ufffd', lastName: 'Roe' },
      extra: '{"mood":"tr\ufffds bien"}',
    });
  });

  it('of a rejected record are kept', async () => {
    const bad = odd(contact(0, ',"firstName":"Ren\u00e9"'));
    const { rejected } = await read(bad);
    expect(rejected).toMatchObject([{ raw: bad.toString('utf8'), bytes: bad }]);
    expect(readContact(parseRecord(bad))).toMatchObject({ ok: false, bytes: bad });
  });
});

describe('a large page', () => {
  /** How often the event loop turned while something was done. */
  async function turnsDuring(work: () => Promise<unknown>): Promise<number> {
    let [turns, isDone] = [0, false];
    const count = (): void => {
      turns += 1;
      if (!isDone) setImmediate(count);
    };
    setImmediate(count);
    await work();
    isDone = true;
    return turns;
  }

  it('is scanned, parsed and read with a turn for others in every half a mebibyte', async () => {
    const body = pageOf(
      ...Array.from({ length: 20_000 }, (_, i) => contact(i + 1, `,"note":"${'x'.repeat(300)}"`)),
    );
    const halves = Math.floor(body.length / (512 * 1024));
    expect(halves).toBeGreaterThan(10);
    let records: readonly unknown[] = [];
    expect(
      await turnsDuring(async () => ({ records } = await parseContactPage(body))),
    ).toBeGreaterThanOrEqual(halves);
    expect(await turnsDuring(async () => readBatch(records, readContact))).toBeGreaterThanOrEqual(halves);
    expect(records).toHaveLength(20_000);
  });

  it.each([
    ['values', `[${'[],'.repeat(limits.pageValues / 2)}[]]`],
    ['records', `[${'0,'.repeat(limits.pageRecords)}0]`],
    [
      'values around its list',
      `{"completedContacts":[],"more":{"x":{"y":[${'0,'.repeat(limits.answerValues)}0]}}}`,
    ],
  ])('of more %s than any is refused before it is parsed', async (_name, text) => {
    await expect(parseContactPage(Buffer.from(text))).rejects.toMatchObject({ code: 'ResponseTooLarge' });
  });

  it('keeps apart what stands around its lists', async () => {
    const { frame, lists } = await parseLists(Buffer.from('{"a":[1,2],"b":{"c":[[3]],"d":4}}'));
    expect(frame).toEqual({ a: [0], b: { c: [1], d: 4 } });
    expect(await Promise.all(lists.map(async (list) => list.parse()))).toEqual([[1, 2], [[3]]]);
  });
});
