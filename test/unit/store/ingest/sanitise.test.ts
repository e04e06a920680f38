import fc from 'fast-check';
import {
  replayableJson,
  storableJson,
  storableText,
  unstorableFields,
} from '../../../../store/ingest/sanitise';

const anyText = fc
  .string({ unit: 'binary' })
  .chain((text) =>
    fc
      .constantFrom('', '\0', '\ud800', '\udc00', 'x\ud83d', '😀', '\\u0000', '\\\\u0000')
      .map((odd) => text + odd + text),
  );
const isWhole = (text: string) => Buffer.from(text).toString() === text && !text.includes('\0');

describe('text for PostgreSQL', () => {
  it('keeps whole characters, also those of two halves', () => {
    expect(storableText('Grüße 😀\n\t')).toBe('Grüße 😀\n\t');
  });

  it('replaces NUL and halves of characters', () => {
    expect(storableText('a\0b\ud800c\udc00d')).toBe('a\ufffdb\ufffdc\ufffdd');
  });

  it('is storable whatever it was, and changes only once', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const stored = storableText(text);
        expect(isWhole(stored)).toBe(true);
        expect(storableText(stored)).toBe(stored);
      }),
    );
  });
});

describe('JSON for jsonb', () => {
  it('replaces escapes of NUL and of lone halves', () => {
    expect(storableJson(String.raw`{"a":"\u0000x\ud800y\uDC01"}`)).toBe('{"a":"\ufffdx\ufffdy\ufffd"}');
  });

  it('keeps an escaped pair and an escaped backslash before "u0000"', () => {
    const json = String.raw`{"a":"\ud83d\ude00","b":"C:\\u0000"}`;
    expect(storableJson(json)).toBe(json);
  });

  it('keeps every digit of a number', () => {
    expect(storableJson('{"id":9007199254740993,"n":"\\u0000"}')).toBe(
      '{"id":9007199254740993,"n":"\ufffd"}',
    );
  });

  it('parses to the storable form of what was there', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        // JSON.stringify writes lone halves as escapes, NUL as well.
        const stored = JSON.parse(storableJson(JSON.stringify({ text }))) as { text: string };
        expect(stored.text).toBe(storableText(text));
      }),
    );
  });

  it('names the fields that were changed, at the top level', () => {
    const json = JSON.stringify({ fine: 'x', direct: 'a\0', nested: { deep: ['\ud800'] }, 'k\0ey': 1 });
    expect(unstorableFields(json, 'extra')).toEqual(['direct', 'nested', 'k\ufffdey']);
  });

  it('names the whole when it cannot be read', () => {
    expect(unstorableFields('{"a', 'extra')).toEqual(['extra']);
  });
});

describe('JSON kept as text', () => {
  it('parses to exactly what came', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        // JSON.stringify escapes NUL and lone halves, which others send as they are.
        const raw = JSON.stringify(text).replace(
          /(?<!\\)((?:\\\\)*)\\u(0000|d[89a-f]..)/g,
          (_, before: string, hex: string) => before + String.fromCharCode(Number.parseInt(hex, 16)),
        );
        const kept = replayableJson(raw);
        expect(isWhole(kept)).toBe(true);
        expect(JSON.parse(kept)).toBe(text);
      }),
    );
  });
});
