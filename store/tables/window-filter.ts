/** Ids of skills, campaigns and media types, each sorted; all empty = everything. */
export interface WindowFilter {
  readonly skillIds: readonly number[];
  readonly campaignIds: readonly number[];
  readonly mediaTypeIds: readonly number[];
}

/** The ids of skills, of campaigns and of media types, as statements take them. */
export const listsOf = ({ skillIds, campaignIds, mediaTypeIds }: WindowFilter) =>
  [skillIds, campaignIds, mediaTypeIds] as const;

/** The filter as the ledger keeps it: ids sorted and without repeats, in whatever order they were typed. */
export function sortedFilter(filter: WindowFilter): WindowFilter {
  const sorted = (ids: readonly number[]): readonly number[] => [...new Set(ids)].sort((a, b) => a - b);
  return {
    skillIds: sorted(filter.skillIds),
    campaignIds: sorted(filter.campaignIds),
    mediaTypeIds: sorted(filter.mediaTypeIds),
  };
}

/** Whether every contact that `inner` lets through passes `outer`, too. An empty list lets everything through. */
export function isWithin(inner: WindowFilter, outer: WindowFilter): boolean {
  const outerLists = listsOf(outer);
  return listsOf(inner).every((given, index) => {
    const allowed = new Set(outerLists[index]);
    return allowed.size === 0 || (given.length > 0 && given.every((id) => allowed.has(id)));
  });
}

/**
 * SQL for `isWithin`: whether the filter in the columns of `inner` lies within that of `outer`. Each is the name of a
 * table with the columns `skill_ids`, `campaign_ids` and `media_type_ids`.
 */
export function withinSql(inner: string, outer: string): string {
  return ['skill_ids', 'campaign_ids', 'media_type_ids']
    .map(
      (column) =>
        `(${outer}.${column} = '{}' or (${inner}.${column} <> '{}' and ${inner}.${column} <@ ${outer}.${column}))`,
    )
    .join(' and ');
}
