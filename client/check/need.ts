import type { Tenant } from '../../config';

/**
 * How much a check matters to a tenant, by its settings. `required`: without it the sync does not work. `wanted`: the
 * sync works, and something that the settings ask for is missing. `optional`: nothing in the settings asks for it, so
 * it is checked and never fails the whole.
 */
export type Need = 'required' | 'wanted' | 'optional';

/** What decides about needs. */
export type NeedSettings = Pick<
  Tenant,
  'recordings' | 'recordedCalls' | 'extract' | 'skillIds' | 'campaignIds' | 'mediaTypeIds'
>;

/** The need of a check by its name; a check that is not listed is required. */
export function needOf(name: string, settings: NeedSettings): Need {
  const { extract, recordings } = settings;
  const when = (isAsked: boolean, need: Need): Need => (isAsked ? need : 'optional');
  switch (name) {
    case 'filters':
      return when(
        [settings.skillIds, settings.campaignIds, settings.mediaTypeIds].flat().length > 0,
        'required',
      );
    case 'clock':
      // A warning: the earliest clock is gone by, so that a wrong one costs lag and no rows.
      return 'optional';
    case 'media-playback':
    case 'download':
    case 'recordings-storage':
      return when(recordings, 'required');
    case 'sentiments':
      // Interaction Analytics is bought apart, and no setting of ours asks for what it gives.
      return 'optional';
    case 'extraction':
      return when(
        extract.interactionMetadata ||
          extract.evaluations ||
          (recordings && settings.recordedCalls === 'listed'),
        'required',
      );
    case 'evaluations':
      return when(extract.evaluations, 'wanted');
    default:
      return 'required';
  }
}
