import fc from 'fast-check';
import { logText, terminalLines, terminalText } from '../../../config/shown-text';

it.each([
  ['\u001b[2J\u001b[H✓ all is well', '\\u001b[2J\\u001b[H✓ all is well'],
  ['name\nacme  contacts  0123456789ab', 'name\\nacme  contacts  0123456789ab'],
  ['a\r\tb', 'a\\r\\tb'],
  ['\u009b2J', '\\u009b2J'],
  ['\u202etxt.exe\u202c', '\\u202etxt.exe\\u202c'],
  ['\u2066x\u2069\u200b\ufeff', '\\u2066x\\u2069\\u200b\\ufeff'],
  ['a\u2028b\u2029c\u0085d', 'a\\u2028b\\u2029c\\u0085d'],
  ['\u{e0041}', '\\udb40\\udc41'],
  ['\ud800', '\\ud800'],
  ['Zoë Müller 漢字 🙂 → é', 'Zoë Müller 漢字 🙂 → é'],
])('%j is shown as %j', (text, shown) => {
  expect(terminalText(text)).toBe(shown);
});

it('is one line without anything a terminal acts upon, whatever the text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(terminalText(text)).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
    }),
  );
});

it('leaves a JSON document the same document', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(JSON.parse(terminalText(JSON.stringify({ text })))).toEqual({ text });
    }),
  );
});

it('keeps the lines of a text that stands alone, and those of a stack in a log', () => {
  expect(terminalLines('a\u001b\r\nb')).toEqual(['a\\u001b', 'b']);
  expect(logText('Error\n    at x\u001b[2J\r')).toBe('Error\n    at x\\u001b[2J\\r');
});
