/**
 * Does the same to many items, so many at a time; answers in their order. When one fails, no further one is begun, and
 * what is under way is waited for: no failure is left without anybody to hear it.
 *
 * @throws the first failure.
 */
export async function sideBySide<Item, Result>(
  items: readonly Item[],
  atOnce: number,
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  const queue = items.entries();
  let failure: { readonly error: unknown } | undefined;
  const takeTurns = async (): Promise<void> => {
    for (const [place, item] of queue) {
      try {
        results[place] = await work(item);
      } catch (error) {
        failure ??= { error };
      }
      if (failure) return;
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, takeTurns));
  if (failure) throw failure.error;
  return results;
}
