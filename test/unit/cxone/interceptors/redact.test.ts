import fc from 'fast-check';
import type { HttpAnswer } from '../../../../cxone/exchange';
import { redact } from '../../../../cxone/interceptors/redact';
import { answer, request } from './stubs';

const through = async (given: HttpAnswer, headers = request.headers) =>
  redact(['secret-canary'])(async () => given)({ ...request, headers });

it.each([200, 204, 206, 304])('leaves an answer of status %i as it is', async (status) => {
  const given = answer(status, {}, { message: 'secret-canary' });
  await expect(through(given)).resolves.toBe(given);
});

it('takes the body away from a refusal and keeps its words, without secrets', async () => {
  const echo = 'No: secret-canary, bearer-canary, jane@example.com, +49 171 1234567';
  const { body, said, status } = await through(answer(400, {}, { error: 'bad', message: echo }));
  expect(status).toBe(400);
  expect(body).toHaveLength(0);
  expect(said).toEqual({ code: 'bad', text: 'No: [hidden], [hidden], [address], [number]' });
});

it('prefers the header where ACD APIs put their words', async () => {
  const { said } = await through(answer(403, { icstatusdescription: 'Not for bearer-canary' }, '<html>'));
  expect(said?.text).toBe('Not for [hidden]');
});

it.each(['', '<html><body>secret-canary</body></html>', '{"message":', '[]', 'plain words'])(
  'has no words for the body %p',
  async (body) => {
    expect((await through(answer(500, {}, body))).said).toEqual({ code: '', text: '' });
  },
);

it('cuts out what was sent by HTTP Basic, too', async () => {
  const pair = Buffer.from('id:secret').toString('base64');
  const { said } = await through(answer(401, {}, { message: `no ${pair}` }), {
    Authorization: `Basic ${pair}`,
  });
  expect(said?.text).toBe('no [hidden]');
});

it('keeps secrets out whatever stands around them, in every member that is quoted', async () => {
  const member = fc.constantFrom('error', 'errorDescription', 'message', 'Message', 'reason', 'internalCode');
  await fc.assert(
    fc.asyncProperty(member, fc.string(), fc.string(), async (name, before, after) => {
      const words = `${before}secret-canary${after}bearer-canary`;
      const { said } = await through(answer(400, {}, { [name]: words }));
      expect(JSON.stringify(said)).not.toMatch(/secret-canary|bearer-canary/);
    }),
  );
});
