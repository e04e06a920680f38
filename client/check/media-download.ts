import { CxoneError, type CxoneClient } from '../../cxone';
import type { Tenant } from '../../config';
import type { Check } from './check';
import { finding } from './refusal';

/** No request has this id, so asking for it tells whether one may ask, and begins nothing. */
const nobodysRequest = '00000000-0000-0000-0000-000000000000';

/** Media Download, for a tenant whose recordings are asked for in bulk. */
export function mediaDownloadChecks(
  client: Pick<CxoneClient, 'bulkDownload'>,
  { recordings, recordingSource }: Pick<Tenant, 'recordings' | 'recordingSource'>,
): readonly Check[] {
  if (!recordings || recordingSource !== 'bulk') return [];
  return [
    {
      name: 'media-download',
      needs: ['tenant'],
      run: () =>
        finding(null, async () => {
          await client.bulkDownload(nobodysRequest, ['0']).catch((error: unknown) => {
            // It knows no such request, or no such id: it has looked.
            const known = error instanceof CxoneError && ['NotFound', 'BadRequest'].includes(error.code);
            if (!known) throw error;
          });
          return { status: 'ok', message: 'Media Download answers; what it brings, only a request tells.' };
        }),
    },
  ];
}
