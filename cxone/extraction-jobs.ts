import type { Api } from './api';

/** How Data Extraction answers to a look at its jobs. */
export type ExtractionAccess = 'open' | 'refused' | 'busy';

/**
 * `GET /data-extraction/v1/jobs` (contract §10): lists jobs and creates none. A second caller within half a minute is
 * told so by a 403 with a text, which is no missing permission: `busy`.
 * @throws CxoneError for every other refusal
 */
export async function lookAtExtraction(api: Api, signal?: AbortSignal): Promise<ExtractionAccess> {
  const answer = await api.get(
    { family: 'extraction', path: '/data-extraction/v1/jobs', parameters: {}, accept: [403] },
    signal,
  );
  if (answer.status !== 403) return 'open';
  const words = answer.said?.text ?? '';
  return /\bseconds\b|\bone (?:request|caller|job)\b|\bat a time\b/i.test(words) ? 'busy' : 'refused';
}
