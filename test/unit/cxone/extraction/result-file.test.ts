import { Readable } from 'node:stream';
import type { HttpAnswer } from '../../../../cxone/http/exchange';
import { type ExtractionResultOptions, openExtractionResult } from '../../../../cxone/extraction/result-file';
import { createHostPolicy } from '../../../../cxone/http/host-policy';
import { plainNames } from '../interceptors/stubs';

/** What a real server does not produce, or not reliably: answers by hand, without a network between. */
const policy = createHostPolicy({ mediaHosts: ['files.example.com'], allowInsecureHosts: [] }, plainNames);

function answerOf(body: Readable, headers: Readonly<Record<string, string>> = {}): HttpAnswer<Readable> {
  return { status: 200, header: (name) => headers[name], body };
}

const openFrom = (answer: HttpAnswer<Readable>, signal?: AbortSignal, options?: ExtractionResultOptions) =>
  openExtractionResult(
    { open: () => Promise.resolve(answer), policy, now: () => 0 },
    'https://files.example.com/x.csv?X-Amz-Signature=canary',
    signal,
    options,
  );

async function readAll(answer: HttpAnswer<Readable>): Promise<number> {
  let rows = 0;
  for await (const record of (await openFrom(answer)).records) rows += Object.keys(record).length > 0 ? 1 : 0;
  return rows;
}

const csv = 'Segment ID,ANI\r\n1,2\r\n3,4\r\n';

it.each([csv.length + 1, csv.length - 1])(
  'a result of another length than %i announced is not whole',
  async (length) => {
    const answer = answerOf(Readable.from([Buffer.from(csv)]), { 'content-length': String(length) });
    await expect(readAll(answer)).rejects.toMatchObject({
      code: 'IncompleteAnswer',
      message: `The result broke off after ${csv.length} of ${length} bytes.`,
    });
  },
);

it.each([
  ['begins like one', '<html><body>no</body></html>', 'text/csv'],
  ['begins like one, after a mark', '\uFEFF <?xml version="1.0"?><Error/>', undefined],
  ['is JSON', '{"message":"no"}', undefined],
  ['is said to be HTML', csv, 'text/html; charset=utf-8'],
  ['is said to be XML', csv, 'application/xml'],
])('a page is refused when it %s', async (_how, text, type) => {
  const body = Readable.from([Buffer.from(text)]);
  const headers = type === undefined ? {} : { 'content-type': type };
  await expect(readAll(answerOf(body, headers))).rejects.toMatchObject({ code: 'UnexpectedHtml' });
  expect(body.destroyed).toBe(true);
});

it.each(['text/csv', 'binary/octet-stream', 'application/octet-stream', 'text/plain', undefined])(
  'a CSV may be said to be %s',
  async (type) => {
    const headers = type === undefined ? {} : { 'content-type': type };
    expect(await readAll(answerOf(Readable.from([Buffer.from(csv)]), headers))).toBe(2);
  },
);

/** Rows without end. */
function endless(): Readable {
  return Readable.from(
    (function* () {
      yield Buffer.from('Segment ID,ANI\r\n');
      for (;;) yield Buffer.from('1,2\r\n'.repeat(1_000));
    })(),
  );
}

it('a result that is given up closes its connection', async () => {
  const body = endless();
  const { records } = await openFrom(answerOf(body));
  for await (const record of records) {
    expect(Object.keys(record)).toEqual(['Segment ID', 'ANI']);
    break;
  }
  expect(body.destroyed).toBe(true);
});

it('a result without its key closes its connection', async () => {
  const body = endless();
  await expect(openFrom(answerOf(body), undefined, { entity: 'qm-workflows' })).rejects.toMatchObject({
    code: 'UnexpectedShape',
  });
  expect(body.destroyed).toBe(true);
});

it('a caller who gives up half-way gets the own reason, wherever the body stands', async () => {
  const stop = new AbortController();
  // A header and a row, then silence: only the signal can end the waiting.
  const body = new Readable({ read: () => undefined });
  body.push(csv);
  const { records } = await openFrom(answerOf(body), stop.signal);
  const gone = new Error('gone');
  const reading = (async () => {
    for await (const record of records) expect(Object.keys(record)).toHaveLength(2);
  })();
  setImmediate(() => stop.abort(gone));
  await expect(reading).rejects.toBe(gone);
  expect(body.destroyed).toBe(true);
});

it('words of an error never hold the link', async () => {
  const body = new Readable({ read: () => undefined });
  body.push(csv);
  setImmediate(() => body.destroy(new Error('https://files.example.com/x.csv?X-Amz-Signature=canary')));
  const error = await readAll(answerOf(body)).then(
    () => null,
    (cause: unknown) => cause,
  );
  expect(error).toMatchObject({ code: 'IncompleteAnswer' });
  expect(String(error) + JSON.stringify(error)).not.toContain('canary');
});
