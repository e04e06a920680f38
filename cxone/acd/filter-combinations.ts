/** Ids of skills, campaigns and media types; an empty list means all. */
export interface WindowFilterIds {
  readonly skillIds: readonly number[];
  readonly campaignIds: readonly number[];
  readonly mediaTypeIds: readonly number[];
}

/** What one request can filter by: at most one id of each. */
export interface FilterCombination {
  readonly skillId?: number;
  readonly campaignId?: number;
  readonly mediaTypeId?: number;
}

/**
 * The combinations of a filter, each of them a pass: CXone takes one skill, one campaign and one media type per request (contract §2.1), so
 * several ids are several passes. A contact has one of each, hence no two passes return the same contact.
 */
export function filterCombinations(filter: WindowFilterIds): readonly FilterCombination[] {
  const orAny = (ids: readonly number[]): readonly (number | undefined)[] =>
    ids.length > 0 ? [...new Set(ids)] : [undefined];
  return orAny(filter.skillIds).flatMap((skillId) =>
    orAny(filter.campaignIds).flatMap((campaignId) =>
      orAny(filter.mediaTypeIds).map((mediaTypeId) => ({
        ...(skillId === undefined ? {} : { skillId }),
        ...(campaignId === undefined ? {} : { campaignId }),
        ...(mediaTypeId === undefined ? {} : { mediaTypeId }),
      })),
    ),
  );
}
