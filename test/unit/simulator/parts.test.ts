import fc from 'fast-check';
import { createStampWriter, readStamp } from '../../../simulator/data/calendar';
import {
  contactIdOf,
  dayOfContact,
  isContactId,
  numberOfContact,
} from '../../../simulator/contacts/contact-id';
import { accessKeyOf, uuidOf } from '../../../simulator/auth/credentials';
import { createLru } from '../../../simulator/data/lru';
import { createMediaFiles } from '../../../simulator/media/media-files';
import { orderByKey, sortedPage, unorderedPage } from '../../../simulator/contacts/ordered-list';
import { createQuota } from '../../../simulator/media/quota';
import { Dice, fraction } from '../../../simulator/data/random';
import { fieldReader, pickFields, toNewName, toOldNames } from '../../../simulator/contacts/row-text';

describe('stamps', () => {
  it('are what Date writes, without a fraction of zero', () => {
    const write = createStampWriter();
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4e12 }), (time) => {
        expect(write(time)).toBe(new Date(time).toISOString().replace('.000Z', 'Z'));
        expect(readStamp(write(time))).toBe(time);
      }),
    );
  });

  it('are read only with a Z', () => {
    for (const text of [
      '2026-03-10',
      '2026-03-10T00:00:00',
      '2026-03-10T00:00:00+01:00',
      'now',
      '2026-02-31T99:00:00Z',
    ]) {
      expect(readStamp(text)).toBeUndefined();
    }
  });
});

describe('contact ids', () => {
  it('hold their day and number', () => {
    fc.assert(
      fc.property(fc.nat(89_999), fc.nat(9_999_999), (day, number) => {
        const id = contactIdOf(day, number);
        expect([dayOfContact(id), numberOfContact(id), isContactId(id)]).toEqual([day, number, true]);
        expect(String(id)).toHaveLength(12);
      }),
    );
  });
});

describe('chance', () => {
  it('is even', () => {
    const tenths = Array.from({ length: 10 }, () => 0);
    for (let i = 0; i < 50_000; i++) {
      const tenth = Math.floor(fraction(1, 20_000 + (i % 50), i) * 10);
      tenths[tenth] = (tenths[tenth] as number) + 1;
    }
    for (const count of tenths) expect(Math.abs(count - 5000)).toBeLessThan(400);
  });

  it('repeats itself from the same state', () => {
    fc.assert(
      fc.property(fc.integer(), (state) => {
        const [one, other] = [new Dice(state), new Dice(state)];
        expect(Array.from({ length: 5 }, () => one.roll())).toEqual(
          Array.from({ length: 5 }, () => other.roll()),
        );
      }),
    );
  });
});

describe('pages of an ordered set', () => {
  const sets = fc.array(fc.array(fc.nat(8), { maxLength: 12 }), { maxLength: 5 });
  /** Segment n holds keys 100n…100n + 8, as days hold their own stamps. */
  const segmentsOf = (
    parts: number[][],
  ): { segments: Parameters<typeof sortedPage>[0]; all: [number, number][] } => {
    const lists = parts.map((keys, part) =>
      orderByKey(
        keys.map((_, i) => part * 1000 + i),
        keys.map((key) => part * 100 + key),
      ),
    );
    return {
      segments: lists.map((list) => ({ count: list.ids.length, load: () => list })),
      all: lists.flatMap((list) =>
        [...list.ids].map((id, i): [number, number] => [id, list.keys[i] as number]),
      ),
    };
  };

  it('are slices of one sorted whole, either way, with equal keys in any order', () => {
    fc.assert(
      fc.property(
        sets,
        fc.nat(20),
        fc.integer({ min: 1, max: 20 }),
        fc.boolean(),
        fc.integer(),
        (parts, skip, top, descending, seed) => {
          const { segments, all } = segmentsOf(parts);
          const keyOf = new Map(all);
          const keys = all.map(([, key]) => key);
          const sorted = descending ? keys.toReversed() : keys;
          const page = sortedPage(segments, { skip, top, descending }, new Dice(seed));
          expect(page.map((id) => keyOf.get(id))).toEqual(sorted.slice(skip, skip + top));
          expect(new Set(page).size).toBe(page.length);
        },
      ),
    );
  });

  it('hold every row once when read whole without order', () => {
    fc.assert(
      fc.property(sets, fc.integer(), (parts, seed) => {
        const { segments, all } = segmentsOf(parts);
        const page = unorderedPage(segments, { skip: 0, top: 1000 }, new Dice(seed));
        expect(page.toSorted((a, b) => a - b)).toEqual(all.map(([id]) => id).toSorted((a, b) => a - b));
      }),
    );
  });
});

describe('rows as text', () => {
  const row =
    '{"contactId":7305130000000000003,"fromAddress":"a\\",\\"skillId\\":9","skillId":4,"tags":[{"contactId":1}],"x":null}';

  it('are read, picked from and renamed without being parsed', () => {
    expect(fieldReader('SKILLID')(row)).toBe(4);
    expect(fieldReader('fromAddress')(row)).toBe('a","skillId":9');
    expect(fieldReader('nothing')(row)).toBeUndefined();
    expect(pickFields(row, new Set(['contactid', 'tags']))).toBe(
      '{"contactId":7305130000000000003,"tags":[{"contactId":1}]}',
    );
    expect(toOldNames(row)).toContain('"fromAddr":');
    expect(toOldNames(row)).toContain('"tags":[{"Contact_Id":1}]');
    expect([toNewName('CONTACTSTART'), toNewName('skillId')]).toEqual(['contactStartDate', 'skillId']);
  });
});

describe('the memory', () => {
  it('stays within its budget and forgets what was used longest ago', () => {
    const memory = createLru<string>(10);
    memory.set('a', 'A', 4);
    memory.set('b', 'B', 4);
    expect(memory.get('a')).toBe('A');
    memory.set('c', 'C', 4);
    expect([memory.get('a'), memory.get('b'), memory.get('c'), memory.weight]).toEqual([
      'A',
      undefined,
      'C',
      8,
    ]);
    memory.set('d', 'D', 11);
    expect(memory.get('d')).toBeUndefined();
    memory.set('a', 'AA', 1);
    expect([memory.get('a'), memory.weight]).toEqual(['AA', 5]);
  });
});

describe('the quota', () => {
  it('never admits more than its number in any span', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(400), { maxLength: 80 }), (gaps) => {
        const quota = createQuota(5, 1);
        let now = 0;
        const admitted: number[] = [];
        for (const gap of gaps) {
          now += gap;
          if (quota.admit(now)) admitted.push(now);
        }
        for (const end of admitted) {
          expect(admitted.filter((at) => at > end - 1000 && at <= end).length).toBeLessThanOrEqual(5);
        }
      }),
    );
  });
});

describe('recordings’ bytes', () => {
  it('are the same in parts as in one', () => {
    const files = createMediaFiles(3);
    const read = (from: number, to: number): Buffer => Buffer.concat([...files.read('s', 200_000, from, to)]);
    const whole = read(0, 200_000);
    expect(whole).toHaveLength(200_000);
    fc.assert(
      fc.property(fc.nat(199_999), fc.integer({ min: 1, max: 200_000 }), (from, to) => {
        if (from < to) expect(read(from, to).equals(whole.subarray(from, to))).toBe(true);
      }),
      { numRuns: 50 },
    );
  });
});

describe('identifiers', () => {
  it('have their shapes', () => {
    expect(uuidOf(1, 'x')).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(accessKeyOf(1, 'x')).toMatch(/^[A-Z2-7]{52}={4}$/);
    expect(accessKeyOf(1, 'x')).not.toBe(accessKeyOf(2, 'x'));
  });
});
