import fc from 'fast-check';
import { contactFields, readContact, type Reading } from '../../../../cxone';
import { contactFields as storedFields } from '../../../../store/tables/contact-columns';

const start = '2026-01-01T08:00:00.443Z';
const read = (fields: Record<string, unknown>) =>
  readContact({ contactId: 1, contactStartDate: start, ...fields });
function stored(reading: Reading) {
  if (!reading.ok) throw new Error(reading.reason);
  return reading;
}
const value = (field: string, raw: unknown) => stored(read({ [field]: raw })).values[field];

it('knows exactly the fields the store has columns for', () => {
  expect([...contactFields].sort()).toEqual([...storedFields].sort());
});

it('gives every field, null where there is none', () => {
  const { values, extra, drift } = stored(read({}));
  expect(Object.keys(values).sort()).toEqual([...contactFields].sort());
  expect(values).toMatchObject({
    contactId: 1,
    contactStartDate: start,
    agentId: null,
    isLogged: null,
    tags: null,
  });
  expect([extra, drift]).toEqual([null, []]);
});

describe('the id', () => {
  it.each([
    [693159199085, 693159199085],
    ['693159199085', 693159199085],
    [9007199254740993n, 9007199254740993n],
    ['9223372036854775807', 9223372036854775807n],
  ])('may be %p', (raw, contactId) => {
    expect(stored(read({ contactId: raw })).values['contactId']).toBe(contactId);
  });

  it.each([
    0,
    -5,
    1.5,
    null,
    undefined,
    '',
    'abc',
    '12 34',
    true,
    {},
    [],
    2n ** 63n,
    '9223372036854775808',
    1e19,
  ])('may not be %p', (raw) => {
    expect(read({ contactId: raw })).toMatchObject({ ok: false, field: 'contactId' });
  });
});

describe('the start', () => {
  it.each([undefined, null, '', 'yesterday', '2026-02-30T00:00:00Z', 1_767_225_600_000])(
    'may not be %p',
    (raw) => {
      expect(read({ contactStartDate: raw })).toMatchObject({ ok: false, field: 'contactStartDate' });
    },
  );
});

it('keeps a rejected record whole and its values out of the reason', () => {
  const reading = readContact({
    contactId: 2n ** 63n,
    contactStartDate: start,
    fromAddress: '+491711234567',
    ['__proto__']: 1,
  });
  expect(reading).toMatchObject({ ok: false, reason: 'contactId is not a positive 64-bit integer' });
  expect(!reading.ok && reading.raw).toContain('"contactId":9223372036854775808');
  expect(!reading.ok && reading.raw).toContain('+491711234567');
});

it.each([null, 17, 'text', true, [], [{ contactId: 1 }], undefined, 5n])(
  'rejects %p, which is no record',
  (record) => {
    expect(readContact(record)).toMatchObject({ ok: false, reason: expect.stringMatching(/not an object/) });
  },
);

describe('values of another type than expected', () => {
  it.each([
    ['agentId', '4711', 4711],
    ['agentId', ' ', null],
    ['holdCount', '+3', 3],
    ['totalDurationSeconds', '1,234.5', 1234.5],
    ['totalDurationSeconds', '180.4', 180.4],
    ['totalDurationSeconds', '', null],
    ['totalDurationSeconds', 12n, 12],
    ['isLogged', 'True', true],
    ['isLogged', 'false', false],
    ['isLogged', 1, true],
    ['isLogged', '0', false],
    ['isLogged', '', null],
    ['fromAddress', 4930123456, '4930123456'],
    ['fromAddress', '', ''],
    ['refuseTime', 12.5, '12.5'],
    ['endReason', false, 'false'],
    [
      'tags',
      [{ contactId: 9007199254740993n, tagName: 'a' }],
      '[{"contactId":9007199254740993,"tagName":"a"}]',
    ],
    ['lastUpdateTime', '2026-01-01 10:00:00+02:00', '2026-01-01T08:00:00Z'],
    ['lastUpdateTime', '', null],
  ])('%s: %p becomes %p', (field, raw, expected) => {
    expect(value(field, raw)).toBe(expected);
    expect(stored(read({ [field]: raw })).drift).toEqual([]);
  });

  it.each([
    ['agentId', 'none', 'string'],
    ['agentId', 1.5, 'number'],
    ['agentId', 2n ** 63n, 'number'],
    ['agentSeconds', 'PT3M', 'string'],
    ['agentSeconds', '1,23', 'string'],
    ['isLogged', 'maybe', 'string'],
    ['isLogged', 2, 'number'],
    ['skillName', { de: 'x' }, 'object'],
    ['skillName', ['x'], 'array'],
    ['lastUpdateTime', '0000-00-00T00:00:00Z', 'string'],
    ['lastUpdateTime', 5, 'number'],
    ['tags', 'a,b', 'string'],
  ])('%s: %p goes to extra, noted as drift', (field, raw, observedType) => {
    const reading = stored(read({ [field]: raw }));
    expect(reading.values[field]).toBeNull();
    const text = typeof raw === 'bigint' ? String(raw) : JSON.stringify(raw);
    expect(reading.extra).toBe(`{"${field}":${text}}`);
    expect(reading.drift).toEqual([{ field, observedType }]);
  });
});

describe('unknown fields', () => {
  it('go to extra under their own spelling, with their type noted', () => {
    const reading = stored(read({ brandNew: { a: [1] }, Other_Field: null, big: 9007199254740993n }));
    expect(reading.extra).toBe('{"brandNew":{"a":[1]},"Other_Field":null,"big":9007199254740993}');
    expect(reading.drift).toEqual([
      { field: 'brandNew', observedType: 'object' },
      { field: 'Other_Field', observedType: 'null' },
      { field: 'big', observedType: 'number' },
    ]);
  });

  it('may be called __proto__ or constructor', () => {
    const record: unknown = JSON.parse(
      `{"contactId":1,"contactStartDate":"${start}","__proto__":{"x":1},"constructor":2}`,
    );
    expect(stored(readContact(record)).extra).toBe('{"__proto__":{"x":1},"constructor":2}');
    expect(({} as Record<string, unknown>)['x']).toBeUndefined();
  });

  it('reject the record when they nest too deeply to be stored', () => {
    const deep: unknown = JSON.parse('['.repeat(3_000) + ']'.repeat(3_000));
    expect(read({ deep })).toMatchObject({
      ok: false,
      field: 'deep',
      reason: expect.stringMatching(/nests deeper/),
    });
  });
});

it('reads known names in other casing, and keeps the second of two spellings', () => {
  expect(stored(read({ ACWSeconds: 5, AgentID: 7 })).values).toMatchObject({ acwSeconds: 5, agentId: 7 });
  const twice = stored(read({ agentId: 7, AGENTID: 8 }));
  expect(twice.values['agentId']).toBe(7);
  expect(twice.extra).toBe('{"AGENTID":8}');
});

it('keeps a note of 300 kB, NUL bytes and lone surrogates as they are', () => {
  const note = `${'x'.repeat(300_000)}\u0000\uD800`;
  expect(value('dispositionNotes', note)).toBe(note);
});

it('never throws and never loses anything, whatever the record', () => {
  const name = fc.oneof(fc.constantFrom(...contactFields), fc.string());
  fc.assert(
    fc.property(fc.dictionary(name, fc.jsonValue()), (fields) => {
      const reading = read(fields);
      if (!reading.ok) {
        expect(JSON.parse(reading.raw)).toEqual(
          JSON.parse(JSON.stringify({ contactId: 1, contactStartDate: start, ...fields })),
        );
        return;
      }
      const extra = JSON.parse(reading.extra ?? '{}') as Record<string, unknown>;
      for (const [field, raw] of Object.entries(fields)) {
        const known = contactFields.find((one) => one.toLowerCase() === field.toLowerCase());
        const isBlank = raw === null || (typeof raw === 'string' && raw.trim() === '');
        if (known === undefined) expect(extra[field]).toEqual(JSON.parse(JSON.stringify(raw)));
        else if (!isBlank) expect(reading.values[known] !== null || Object.hasOwn(extra, field)).toBe(true);
      }
      expect(Object.keys(reading.values).sort()).toEqual([...contactFields].sort());
    }),
  );
  fc.assert(
    fc.property(fc.anything(), (record) => {
      expect(typeof readContact(record).ok).toBe('boolean');
    }),
  );
});
