import { sideBySide } from '../../../../client/command/side-by-side';

describe('work that is done side by side', () => {
  it('is done to every item, a few at a time, and answered in their order', async () => {
    let [underWay, most] = [0, 0];
    const results = await sideBySide([5, 1, 4, 2, 3], 2, async (n) => {
      underWay += 1;
      most = Math.max(most, underWay);
      for (let turn = 0; turn < n; turn += 1) await Promise.resolve();
      underWay -= 1;
      return n * 10;
    });
    expect(results).toEqual([50, 10, 40, 20, 30]);
    expect(most).toBe(2);
    expect(await sideBySide([], 2, async () => 1)).toEqual([]);
  });

  it('that fails begins nothing further, and is over when it says so', async () => {
    const [begun, over]: [number[], number[]] = [[], []];
    const work = async (n: number): Promise<void> => {
      begun.push(n);
      if (n === 1) throw new Error('the first');
      for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
      over.push(n);
      if (n === 2) throw new Error('a later one, which must not surface');
    };
    await expect(sideBySide([0, 1, 2, 3, 4], 3, work)).rejects.toThrow('the first');
    expect(begun).toEqual([0, 1, 2]);
    expect(over).toEqual([0, 2]);
  });
});
