import fc from 'fast-check';
import { CxoneError } from '../../../../../cxone';
import type { ApiFamily } from '../../../../../errors';
import { familyNames } from '../../../../../cxone/cxone-error';
import type { HttpAnswer, HttpRequest } from '../../../../../cxone/http/exchange';
import { statusErrors } from '../../../../../cxone/http/interceptors/status-errors';
import { failureOf } from '../../fake-cxone';
import { answer, request } from '../../interceptors/stubs';

const through = async (given: HttpAnswer, change: Partial<HttpRequest> = {}) =>
  statusErrors(() => 0)(async () => given)({ ...request, ...change });

it.each([200, 203, 204, 206, 304])('%i passes as it is', async (status) => {
  const given = answer(status);
  await expect(through(given)).resolves.toBe(given);
});

it('lets a status pass that the caller accepts, and only that', async () => {
  await expect(through(answer(404), { accept: [404] })).resolves.toMatchObject({ status: 404 });
  await expect(through(answer(410), { accept: [404] })).rejects.toMatchObject({ code: 'NotFound' });
});

it.each<[ApiFamily, string, RegExp]>([
  ['contacts', 'ContactsForbidden', /permission: ACD > ACD > View = On.*Contact History/],
  ['agents', 'AgentsForbidden', /Admin > Employees > View/],
  ['lookups', 'LookupsForbidden', /Skills, Campaigns, Teams/],
  ['media', 'MediaForbidden', /Play Any & Download/],
  ['extraction', 'ExtractionForbidden', /Extract interaction metadata = On/],
])('a 403 of %s is %s and names the permission', async (family, code, remedy) => {
  const error = await failureOf(through(answer(403), { family }));
  expect(error).toMatchObject({ code, kind: 'operator', remedy: expect.stringMatching(remedy) });
  expect(error.message).toBe(`${familyNames[family]} answered with status 403.`);
});

it.each<[ApiFamily, boolean]>([
  ['contacts', true],
  ['agents', true],
  ['lookups', true],
  ['media', false],
  ['extraction', false],
  ['discovery', false],
  ['auth', false],
  ['file', false],
])(
  'a 404 and a 400 of %s advise apiVersion: %s, since only some addresses hold it',
  async (family, advises) => {
    for (const status of [404, 400]) {
      const error = await failureOf(through(answer(status), { family }));
      const remedy = String(error['remedy']);
      expect([status, /check apiVersion/i.test(remedy)]).toEqual([status, advises]);
      expect(remedy.length).toBeGreaterThan(20);
    }
  },
);

it('a 429 of Media Playback names quota and licence', async () => {
  const error = await failureOf(through(answer(429), { family: 'media' }));
  expect(error).toMatchObject({ code: 'Throttled', remedy: expect.stringMatching(/150 requests.*SKU/) });
  const other = await failureOf(through(answer(429), { family: 'contacts' }));
  expect(other.remedy).not.toContain('SKU');
});

const id = '3f2504e0-4f89-11d3-9a0c-0305e82c3301';

it('names known phrases, where the answer is kept, and the correlation id for NICE’s support', async () => {
  const codes: string[] = [];
  const report = (code: string) => (codes.push(code), 'a1b2c3');
  const serverPhrases = ['skillId', 'something not found'] as const;
  await expect(
    through({ ...answer(400, { correlationid: id }), serverPhrases, report }),
  ).rejects.toMatchObject({
    message:
      'CXone Reporting (contacts) answered with status 400; it speaks of skillId, something not found ' +
      `(answer a1b2c3, correlation id ${id}).`,
    correlationId: id,
  });
  expect(codes).toEqual(['BadRequest']);
});

it.each([id, id.replaceAll('-', ''), '1-5759e988-bd862e3fe1be46a994272793'])(
  'quotes the correlation id %s',
  async (given) => {
    const error = await failureOf(through(answer(500, { 'x-correlation-id': given })));
    expect(error).toMatchObject({ correlationId: given });
  },
);

it.each(['call jane, please', 'Jane.Doe', '19800523', '+4917112345678', '4917112345678', `${id}-jane`])(
  'leaves out the correlation id %s, which is none',
  async (given) => {
    const error = await failureOf(through(answer(500, { 'x-correlation-id': given })));
    expect(error).toMatchObject({ correlationId: undefined });
    expect(error.message).toBe('CXone Reporting (contacts) answered with status 500.');
  },
);

it('never asks a client of the token endpoint to try wrong credentials again', async () => {
  const status = fc.integer({ min: 400, max: 499 }).filter((one) => one !== 408 && one !== 429);
  const serverPhrases = fc.subarray([
    'invalid_client',
    'invalid_grant',
    'invalid_scope',
    'a time-out',
  ] as const);
  await fc.assert(
    fc.asyncProperty(status, serverPhrases, async (code, words) => {
      const error = await failureOf(through({ ...answer(code), serverPhrases: words }, { family: 'auth' }));
      expect(error).toMatchObject({ kind: 'operator' });
    }),
  );
});

it('has an error of ours for any status of any family', async () => {
  const family = fc.constantFrom(...(Object.keys(familyNames) as ApiFamily[]));
  await fc.assert(
    fc.asyncProperty(family, fc.integer({ min: 100, max: 999 }), async (of, status) => {
      const outcome = await through(answer(status), { family: of }).catch((error: unknown) => error);
      if (outcome instanceof Error) expect(outcome).toBeInstanceOf(CxoneError);
      if (status === 429 || status >= 500) expect(outcome).toMatchObject({ kind: 'retryable' });
    }),
  );
});
