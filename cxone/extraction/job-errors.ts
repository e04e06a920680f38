import type { KnownPhrase } from '../http/known-phrases';

/** What a 403 of Data Extraction means (contract §10). */
export type ExtractionRefusal = 'busy' | 'forbidden';

/**
 * Distinguishes the two 403s of Data Extraction: too soon after another caller, or a missing permission. Words that
 * speak of either decide; where they speak of neither (there are none, or a gateway's "Forbidden"), it is taken for too
 * soon if a job of the tenant ran less than a minute ago, and for a missing permission otherwise.
 */
export function extractionRefusalOf(
  serverPhrases: readonly KnownPhrase[],
  recentJob: boolean,
): ExtractionRefusal {
  if (serverPhrases.includes('to wait')) return 'busy';
  if (serverPhrases.includes('a permission or licence')) return 'forbidden';
  return recentJob ? 'busy' : 'forbidden';
}
