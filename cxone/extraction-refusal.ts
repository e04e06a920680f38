/** What a 403 of Data Extraction means (contract §10). */
export type ExtractionRefusal = 'busy' | 'forbidden';

const waiting =
  /\bseconds?\b|\bminutes?\b|\bwait(?:ing)?\b|\btry again\b|\bretry\b|\btoo (?:soon|many|often|frequent)|\bonly one\b|\bone (?:request|caller|call|job|extraction)\b|\bat a time\b|\b(?:already|still) (?:running|in progress|being)\b|\bconcurrent/i;
const denied = /\bpermissions?\b|\bpermitted\b|\bauthori[sz]|\bprivileges?\b|\bentitled?\b|\blicen[cs]e/i;

/**
 * Tells the two 403s of Data Extraction apart: too soon after another caller, or a permission that is missing. Words that
 * speak of either decide; where they speak of neither (there are none, or a gateway's "Forbidden"), it is taken for too
 * soon if a job of the tenant ran less than a minute ago, and for a missing permission otherwise.
 */
export function extractionRefusalOf(words: string, recentJob: boolean): ExtractionRefusal {
  if (waiting.test(words)) return 'busy';
  if (denied.test(words)) return 'forbidden';
  return recentJob ? 'busy' : 'forbidden';
}
