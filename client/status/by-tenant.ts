/** Groups what belongs to tenants; each group in the order given. */
export function byTenant<Item extends { readonly tenant: string }>(
  items: readonly Item[],
): ReadonlyMap<string, readonly Item[]> {
  const grouped = new Map<string, Item[]>();
  for (const item of items) {
    const group = grouped.get(item.tenant);
    if (group) group.push(item);
    else grouped.set(item.tenant, [item]);
  }
  return grouped;
}
