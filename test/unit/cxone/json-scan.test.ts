import fc from 'fast-check';
import { stringifyJson } from '../../../cxone';
import { parseJson } from '../../../cxone/json/json';
import { parseExact } from '../../../cxone/json/exact';
import { LongNumber, readNumber } from '../../../cxone/json/long-number';
import { membersOf, withoutMembers } from '../../../cxone/json/members';
import { createScanner } from '../../../cxone/json/scan';

const anyJson = fc.jsonValue({ maxDepth: 6 });
const spaced = fc
  .tuple(anyJson, fc.constantFrom('', ' ', '\t'))
  .map(([value, by]) => JSON.stringify(value, null, by));

/** Scans in steps of a size, as a caller does that yields in between. */
function scan(text: string, step = 7) {
  const scanner = createScanner(Buffer.from(text));
  while (!scanner.advance(step));
  return scanner.scan;
}

const broken = fc
  .tuple(spaced, fc.nat(), fc.string({ maxLength: 3 }))
  .map(
    ([text, at, more]) =>
      text.slice(0, at % (text.length + 1)) + more + text.slice((at + 1) % (text.length + 1)),
  );

/** What is exact beyond a double, as the double that JSON.parse makes of it. */
function asDoubles(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (value instanceof LongNumber) return value.nearest;
  if (Array.isArray(value)) return value.map(asDoubles);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, asDoubles(inner)]));
}

function outcome(work: () => unknown): unknown {
  try {
    return { value: work() };
  } catch (error) {
    return error instanceof SyntaxError ? 'no JSON' : error;
  }
}

describe('the exact parser', () => {
  it('gives what JSON.parse gives, for everything that JSON.parse takes', () => {
    fc.assert(
      fc.property(spaced, (text) => {
        expect(asDoubles(parseExact(text))).toEqual(JSON.parse(text));
      }),
    );
  });

  it('refuses everything that JSON.parse refuses, and nothing else', () => {
    fc.assert(
      fc.property(fc.oneof(broken, fc.string(), fc.json()), (text) => {
        expect(outcome(() => asDoubles(parseExact(text)))).toEqual(outcome(() => JSON.parse(text)));
      }),
      { numRuns: 1_000 },
    );
  });

  it('keeps whole numbers exact, of any length up to the range of a double', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 300n), max: 10n ** 300n }), (number) => {
        const read = parseExact(`${number}`) as number | bigint;
        expect(BigInt(read)).toBe(number);
      }),
    );
  });

  it('reads every number that a double writes as that double', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (number) => {
        for (const text of [JSON.stringify(number), number.toExponential(16).replace('e+', 'E')]) {
          const read = readNumber(text);
          expect(Number(read) === number || read === BigInt(number)).toBe(true);
        }
      }),
    );
  });

  it.each([
    ['1e400', true],
    ['-1e400', true],
    ['1e-400', true],
    ['9'.repeat(400), true],
    ['0.12345678901234567890', false],
    ['3.14159265358979323846264338327950288', false],
  ])('keeps %s as text', (text, isOutOfRange) => {
    const read = parseExact(`[${text}]`) as [LongNumber];
    expect(read[0]).toBeInstanceOf(LongNumber);
    expect(read[0]).toMatchObject({ text, isOutOfRange });
    expect(stringifyJson(read)).toBe(`["${text}"]`);
  });

  it.each(['0', '-0', '0e999', '0.0000000000000000000', '1.0000000000000000000', '180.40000000000001'])(
    'takes %s for the double that it is',
    (text) => {
      expect(parseExact(text)).toBe(Number(text));
    },
  );

  it('is broken by no depth', () => {
    const depth = 200_000;
    expect(() => parseExact('['.repeat(depth) + ']'.repeat(depth))).not.toThrow();
    expect(() => parseExact('{"a":'.repeat(depth))).toThrow(SyntaxError);
  });
});

describe('JSON of any size', () => {
  it('is parsed as JSON.parse does', () => {
    fc.assert(
      fc.property(fc.oneof(spaced, broken), (text) => {
        const bytes = Buffer.from(text);
        expect(outcome(() => asDoubles(parseJson(bytes)))).toEqual(
          outcome(() => JSON.parse(bytes.toString())),
        );
      }),
      { numRuns: 500 },
    );
  });

  it('survives being written and parsed, bigints too', () => {
    const value = fc.object({
      withBigInt: true,
      maxDepth: 3,
      values: [fc.string(), fc.integer(), fc.bigInt()],
    });
    fc.assert(
      fc.property(value, (given) => {
        const text = stringifyJson(given);
        expect(stringifyJson(parseJson(Buffer.from(text)))).toBe(text);
      }),
    );
  });
});

describe('a look at the bytes', () => {
  it('finds the elements of lists at the root, in an object and in an object of an object, in steps of any size', () => {
    fc.assert(
      fc.property(fc.array(anyJson), fc.integer({ min: 1, max: 50 }), (items, step) => {
        const list = JSON.stringify(items);
        for (const text of [list, `{"a": 1, "b":${list} }`, `{"resultSet":{"x":"[","list" : ${list}}}`]) {
          const [found, ...others] = scan(text, step).lists;
          expect(others).toEqual([]);
          const elements = found?.elements ?? [];
          expect(elements.map(({ start, end }) => Buffer.from(text).toString('utf8', start, end))).toEqual(
            items.map((item) => JSON.stringify(item)),
          );
        }
      }),
    );
  });

  it('reports how deep each element is, and which has a number too long for a double', () => {
    const { lists } = scan(
      '{"l":[1,[[]],{"a":[{}]},{"n":1234567890123456},{"t":"1234567890123456789"},{"e":1e5}]}',
    );
    const elements = lists[0]?.elements ?? [];
    expect(elements.map(({ depth }) => depth)).toEqual([0, 1, 2, 0, 0, 0]);
    expect(elements.map(({ hasLongNumber }) => hasLongNumber)).toEqual([
      false,
      false,
      false,
      true,
      false,
      true,
    ]);
  });

  it('gives each missing element as an empty one, so that a parser refuses it', () => {
    for (const text of ['[1,,2]', '[,]', '[1,]']) {
      const elements = scan(text).lists[0]?.elements ?? [];
      expect(elements.some(({ start, end }) => start === end)).toBe(true);
    }
  });

  it.each(['{"a":[1,2', '[1}', ']', '{"a":"', '[[]'])('refuses %s', (text) => {
    expect(() => scan(text)).toThrow(SyntaxError);
  });

  it('never fails but with a SyntaxError, and ends, whatever comes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.integer({ min: 1, max: 9 }), (bytes, step) => {
        const scanner = createScanner(Buffer.from(bytes));
        const result = outcome(() => {
          while (!scanner.advance(step));
          return 'done';
        });
        expect(['no JSON', { value: 'done' }]).toContainEqual(result);
      }),
      { numRuns: 1_000 },
    );
  });

  it('takes as many steps for digits as for any other bytes', () => {
    const digits = createScanner(Buffer.from(`["${'7'.repeat(600_000)}"]`));
    let steps = 0;
    do steps += 1;
    while (!digits.advance(1_000));
    expect(steps).toBe(601);
  });
});

describe('the members of an object', () => {
  const object = fc.dictionary(fc.string(), anyJson).map((value) => JSON.stringify(value, null, 1));

  it('are found by where they are', () => {
    fc.assert(
      fc.property(object, (text) => {
        const bytes = Buffer.from(text);
        const found = membersOf(bytes).map(({ start, end }) => bytes.toString('utf8', start, end));
        expect(JSON.parse(`{${found.join(',')}}`)).toEqual(JSON.parse(text));
        expect(
          membersOf(bytes)
            .map(({ key }) => key)
            .toSorted(),
        ).toEqual(Object.keys(JSON.parse(text) as object).toSorted());
      }),
    );
  });

  it('can be cut out, and the rest stays as it came', () => {
    fc.assert(
      fc.property(object, fc.func(fc.boolean()), (text, goes) => {
        const bytes = Buffer.from(text);
        const expected = Object.entries(JSON.parse(text) as object).filter(([key]) => !goes(key));
        const left = JSON.parse(withoutMembers(bytes, goes).toString()) as object;
        expect(left).toEqual(Object.fromEntries(expected));
      }),
    );
    const bytes = Buffer.from('{"a": 1.0 ,"KEY":"s","b":[ ]}');
    expect(withoutMembers(bytes, (key) => key === 'KEY').toString()).toBe('{"a": 1.0,"b":[ ]}');
  });
});
