import { type ApiFamily, type CxoneErrorCode, mediaPlaybackSku } from '../../errors';

/** The families whose addresses hold `apiVersion`; of all others it says nothing. */
const versioned: ReadonlySet<ApiFamily> = new Set(['contacts', 'agents', 'lookups']);

const issuer =
  'Check issuer in the tenants file: the host answers, but not as a CXone issuer does. Or a proxy in between answers.';
const report =
  'CXone does not accept a request that depends on no setting of yours: report it with the correlation id to the ' +
  'maintainers.';

const notFound: Readonly<Partial<Record<ApiFamily, string>>> = {
  discovery: issuer,
  auth: issuer,
  media: `The tenant’s API host does not serve Media Playback. ${mediaPlaybackSku}.`,
  extraction:
    'The tenant’s API host does not serve Data Extraction: ask NICE whether the customer’s contract includes it.',
  file: 'Nothing to do at first: a new link is asked for. If it lasts, the file is gone at CXone.',
};

const throttledMedia =
  'Nothing to do: it is tried again later. If it lasts, another program may use up the quota (150 requests in 5 minutes ' +
  `unless NICE agreed to more; limits in the tenants file). ${mediaPlaybackSku}.`;

/** What to do about an error of one family, where that differs from the general remedy of the code. */
export function familyRemedy(code: CxoneErrorCode, family: ApiFamily): string | undefined {
  if (code === 'Throttled' && family === 'media') return throttledMedia;
  if (versioned.has(family)) return undefined;
  if (code === 'NotFound') return notFound[family];
  return code === 'BadRequest' ? report : undefined;
}
