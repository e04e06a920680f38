import fc from 'fast-check';
import { createPageMemory } from '../../../activities/page-memory';

describe('the memory of fetched pages', () => {
  it('hands a page over once, and forgets it', () => {
    const memory = createPageMemory<string>(2);
    memory.put('1', 'one');
    expect(memory.take('1')).toBe('one');
    expect(memory.take('1')).toBeUndefined();
  });

  it('lets the oldest page go when it is full', () => {
    const memory = createPageMemory<string>(2);
    for (const id of ['1', '2', '3']) memory.put(id, id);
    expect(memory.take('1')).toBeUndefined();
    expect(memory.take('2')).toBe('2');
    expect(memory.take('3')).toBe('3');
  });

  it('takes a page that comes again for the youngest', () => {
    const memory = createPageMemory<string>(2);
    for (const id of ['1', '2', '1', '3']) memory.put(id, id);
    expect(memory.take('2')).toBeUndefined();
    expect(memory.take('1')).toBe('1');
  });

  it('keeps nothing when it may keep nothing', () => {
    const memory = createPageMemory<string>(0);
    memory.put('1', 'one');
    expect(memory.take('1')).toBeUndefined();
  });

  it('always holds exactly the pages put last, as many as fit', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 5 }),
        fc.array(fc.integer({ min: 0, max: 9 })),
        (capacity, puts) => {
          const memory = createPageMemory<number>(capacity);
          for (const id of puts) memory.put(String(id), id);
          const youngest = [...new Set(puts.toReversed())].slice(0, capacity);
          const held = Array.from({ length: 10 }, (_, id) => id).filter(
            (id) => memory.take(String(id)) === id,
          );
          expect(held).toEqual(youngest.sort((a, b) => a - b));
        },
      ),
    );
  });
});
