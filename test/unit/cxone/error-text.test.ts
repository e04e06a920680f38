import fc from 'fast-check';
import { refusalWords, scrub } from '../../../cxone/error-text';

it.each([
  ['see https://s3.example.com/a.mp4?X-Amz-Signature=abc&x=1 now', 'see https://s3.example.com/a.mp4 now'],
  ['GET /contacts?fromAddress=+4917112345&skip=1 failed', 'GET /contacts failed'],
  ['Authorization: Bearer abc.def.ghi was bad', 'Authorization: [token] was bad'],
  ['token eyJhbGciOi.eyJzdWIi.c2ln is old', 'token [token] is old'],
  ['agent jane.doe+x@example.co.uk unknown', 'agent [address] unknown'],
  ['call +49 (171) 123-4567 failed', 'call [number] failed'],
  ['call 01711234567 failed', 'call [number] failed'],
  ['refresh_token=abc123; password: "hunter2"', 'refresh_token=[hidden]; password: "[hidden]"'],
  ['key ABCDEFGHIJKLMNOPQRSTUVWXYZ234567==== refused', 'key [token] refused'],
  ['<b>Bad</b>\r\n\u0000 request', 'Bad request'],
  ['Skill 12 is not valid', 'Skill 12 is not valid'],
])('%p is shown as %p', (text, shown) => {
  expect(scrub(text)).toBe(shown);
});

it('cuts to 200 characters', () => {
  expect(scrub('word '.repeat(500))).toHaveLength(200);
});

it('cuts out the secrets it is told, wherever they stand', () => {
  fc.assert(
    fc.property(
      fc.string({ minLength: 6, unit: 'grapheme-ascii' }),
      fc.string(),
      fc.string(),
      (secret, before, after) => {
        fc.pre(!'[hidden][token][number][address]'.includes(secret) && secret.trim() === secret);
        expect(scrub(`${before}\n${secret}\n${after}`, [secret]).split('\n')).not.toContain(secret);
      },
    ),
  );
});

it.each([
  ['Status words', '{"error":"x"}', 'Status words'],
  [undefined, '{"error":"invalid_grant","errorDescription":"Bad key"}', 'Bad key'],
  [undefined, '{"error":"invalid_grant","error_description":"Bad key"}', 'Bad key'],
  [undefined, '{"error":"invalid_grant"}', 'invalid_grant'],
  [undefined, '{"Message":"Nope"}', 'Nope'],
  [undefined, '{"reason":"Because"}', 'Because'],
  [
    undefined,
    '{"internalCode":"PLAYBACK_404","message":"Interaction Not Found"}',
    'Interaction Not Found [PLAYBACK_404]',
  ],
  [undefined, '{"internalCode":4711,"message":"No"}', 'No [4711]'],
  [undefined, '{"internalCode":"PLAYBACK_500"}', '[PLAYBACK_500]'],
  [undefined, '{"internalCode":{"jane":"doe"},"message":"No"}', 'No'],
  [undefined, '{"internalCode":"call jane at 5","message":"No"}', 'No'],
  [undefined, '{"message":"API rate limit exceeded","route":"/x/4917112345"}', 'API rate limit exceeded'],
  [undefined, '{"error":{"a":1},"message":5}', ''],
  [undefined, '<html>page</html>', ''],
  [undefined, '', ''],
  [undefined, '[]', ''],
  [undefined, `{"message":"${'x'.repeat(70_000)}"}`, ''],
  [' ', 'not json', ''],
])('reads header %p, then body %.60p', (header, body, text) => {
  expect(refusalWords(header, Buffer.from(body), []).text).toBe(text);
});

it('tells the OAuth error apart from the words', () => {
  const body = Buffer.from('{"error":"invalid_client","errorDescription":"Bad client"}');
  expect(refusalWords(undefined, body, [])).toEqual({ code: 'invalid_client', text: 'Bad client' });
  expect(refusalWords('Header', Buffer.from('{"error":{}}'), [])).toEqual({ code: '', text: 'Header' });
});
