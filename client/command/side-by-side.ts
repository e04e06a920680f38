/** What all of the promises come to; throws only when all have ended, so that no rejection stays unhandled. */
export async function allEnded<Results extends readonly unknown[]>(
  promises: readonly [...{ [Place in keyof Results]: Promise<Results[Place]> }],
): Promise<Results> {
  const ended: readonly PromiseSettledResult<unknown>[] = await Promise.allSettled(
    promises as readonly Promise<unknown>[],
  );
  return ended.map((one) => {
    if (one.status === 'rejected') throw one.reason;
    return one.value;
  }) as readonly unknown[] as Results;
}

/**
 * Runs `work` for each item, `atOnce` at a time; results are in the order of the items. After a failure no further item
 * is started, and those under way are awaited, so that no rejection stays unhandled.
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
