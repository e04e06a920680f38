import fc from 'fast-check';
import type { HttpAnswer } from '../../../../../cxone/http/exchange';
import { redact } from '../../../../../cxone/http/interceptors/redact';
import type { RefusedAnswer } from '../../../../../cxone';
import { answer, request } from '../../interceptors/stubs';

const through = async (given: HttpAnswer, headers = request.headers) => {
  const kept: RefusedAnswer[] = [];
  const keep = (one: RefusedAnswer) => (kept.push(one), 'id-1');
  const seen = await redact(['secret-canary'], keep)(async () => given)({ ...request, headers });
  return { ...seen, kept };
};

it.each([200, 204, 206, 304])('leaves an answer of status %i as it is', async (status) => {
  const given = answer(status, {}, { message: 'secret-canary' });
  await expect(through(given)).resolves.toMatchObject({ status, body: given.body, kept: [] });
});

it('takes the body away from a refusal and keeps known phrases only', async () => {
  const echo = 'No permission for Jane Roe, born 1980-05-23, diabetes: secret-canary, bearer-canary';
  const { body, serverPhrases, status } = await through(answer(400, {}, { error: 'bad', message: echo }));
  expect(status).toBe(400);
  expect(body).toHaveLength(0);
  expect(serverPhrases).toEqual(['a permission or licence']);
});

it('reads the header where ACD APIs put their words', async () => {
  const { serverPhrases } = await through(
    answer(403, { icstatusdescription: 'Token has expired' }, '<html>'),
  );
  expect(serverPhrases).toEqual(['an expired token']);
});

it.each(['', '<html><body>no permission, try again</body></html>', '{"message":', '[]'])(
  'knows no phrases in the body %p',
  async (body) => {
    expect((await through(answer(500, {}, body))).serverPhrases).toEqual([]);
  },
);

it('hands the answer over when it is known which error it becomes, without what was sent along', async () => {
  const pair = Buffer.from('id:secret').toString('base64');
  const given = answer(
    401,
    { icstatusdescription: 'For Jane Roe' },
    { message: `no ${pair}, secret-canary` },
  );
  const { report, kept } = await through(given, { Authorization: `Basic ${pair}` });
  expect(kept).toEqual([]);
  expect(report?.('Unauthorized')).toBe('id-1');
  expect(kept).toEqual([
    {
      family: 'contacts',
      status: 401,
      code: 'Unauthorized',
      correlationId: undefined,
      text: 'icStatusDescription: For Jane Roe\n{"message":"no [hidden], [hidden]"}',
    },
  ]);
});

it('hands over a success that cannot be read, too', async () => {
  const { report, kept } = await through(answer(200, {}, '<html>Jane</html>'));
  report?.('UnexpectedHtml');
  expect(kept).toMatchObject([{ status: 200, code: 'UnexpectedHtml', text: '<html>Jane</html>' }]);
});

it('lets nothing of the words out but names from the list, whatever stands there', async () => {
  const member = fc.constantFrom('error', 'errorDescription', 'message', 'Message', 'reason', 'internalCode');
  await fc.assert(
    fc.asyncProperty(member, fc.string(), fc.string(), async (name, before, after) => {
      const words = `${before}canary${after}`;
      const { serverPhrases, body } = await through(answer(400, {}, { [name]: words }));
      expect(JSON.stringify([serverPhrases, body.toString()])).not.toContain('canary');
    }),
  );
});
