import fc from 'fast-check';
import { phrasesOfRefusal, textToKeep } from '../../../../cxone/http/error-message';
import { phrasesIn } from '../../../../cxone/http/known-phrases';

const phrases = (header: string | undefined, body: string) => phrasesOfRefusal(header, Buffer.from(body));
const kept = (body: string, secrets: readonly string[] = [], header?: string) =>
  textToKeep(header, Buffer.from(body), secrets);

it.each<[string | undefined, string, readonly string[]]>([
  ['Token is invalid or has expired', '{"error":"x"}', ['an expired token']],
  [undefined, '{"error":"invalid_grant","errorDescription":"Bad key"}', ['invalid_grant']],
  [undefined, '{"error":"bad","error_description":"invalid_client"}', ['invalid_client']],
  [undefined, '{"Message":"API rate limit exceeded"}', ['a rate limit']],
  [undefined, '{"reason":"No permission for Jane Roe"}', ['a permission or licence']],
  [undefined, 'Please wait 30 seconds', ['to wait']],
  [undefined, '{"internalCode":"JANE","message":"skillId 5 not found"}', ['something not found', 'skillId']],
  [undefined, '{"error":{"a":1},"message":5}', []],
  [undefined, '<html>no permission</html>', []],
  [undefined, '', []],
  [undefined, '[]', []],
  [undefined, `{"message":"${'x'.repeat(70_000)} permission"}`, []],
])('knows header %p, body %.60p by its phrases', (header, body, expected) => {
  expect(phrases(header, body)).toEqual(expected);
});

it('answers nothing but names of the list, whatever the text', () => {
  const all = new Set<string>(phrasesIn('no permission, wait, invalid_client'));
  fc.assert(
    fc.property(fc.string(), (text) => {
      for (const phrase of phrases(text, JSON.stringify({ message: text }))) {
        expect(all.has(phrase) || !text.includes(phrase) || phrasesIn(text).includes(phrase)).toBe(true);
      }
    }),
  );
});

it('keeps the answer as it came: header, then body', () => {
  expect(kept('{"message":"Jane Roe, 1980-05-23"}', [], 'Bad date ')).toBe(
    'icStatusDescription: Bad date\n{"message":"Jane Roe, 1980-05-23"}',
  );
});

it.each([
  [
    'see https://s3.example.com/a.mp4?X-Amz-Signature=abc&x=1 now',
    'see https://s3.example.com/a.mp4?[hidden] now',
  ],
  ['Authorization: Bearer abc.def.ghi was bad', 'Authorization: [token] was bad'],
  ['token eyJhbGciOi.eyJzdWIi.c2ln is old', 'token [token] is old'],
  ['refresh_token=abc123; password: "hunter2"', 'refresh_token=[hidden]; password: "[hidden]"'],
  [
    '{"accessToken":"abc","clientSecret":"sss","x-api-key":"kkk","password":"two words","note":"Jane"}',
    '{"accessToken":"[hidden]","clientSecret":"[hidden]","x-api-key":"[hidden]","password":"[hidden]","note":"Jane"}',
  ],
  ['{"apiKey":"k1","name":"Jane"}', '{"apiKey":"[hidden]","name":"Jane"}'],
])('what opens a door is not kept: %p becomes %p', (text, shown) => {
  expect(kept(text)).toBe(shown);
});

it('keeps 4 kB, and no half of a secret at the end', () => {
  const secret = 'hush-hush-secret';
  const text = kept(`${'x'.repeat(4_090)}${secret}${'y'.repeat(9_000)}`, [secret]);
  expect(text).toHaveLength(4_096);
  expect(text).not.toContain('hush');
});

it('cuts out the secrets it is given in every form, wherever they stand', () => {
  fc.assert(
    fc.property(
      fc.string({ minLength: 6, unit: 'grapheme-ascii' }),
      fc.string(),
      fc.string(),
      (secret, a, b) => {
        fc.pre(!'[hidden][token]'.includes(secret) && secret.trim() === secret);
        for (const form of [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)]) {
          const lines = kept(`${a}\n${form}\n${b}`, [secret]).split('\n');
          expect(lines).not.toContain(form);
        }
      },
    ),
  );
});
