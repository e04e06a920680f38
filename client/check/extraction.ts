import type { CxoneClient, ExtractionEntity } from '../../cxone';
import { permissions } from '../../errors';
import type { Check, Finding } from './check';
import { grantRemedy } from './permissions';
import { finding } from './refusal';

/**
 * Data Extraction by listing its jobs (none is created), and evaluations, which cannot be checked without a job.
 * @param wanted what the tenant's settings have extracted: then the message says that the first job shows the rest
 */
export function extractionChecks(
  client: CxoneClient,
  wanted: readonly ExtractionEntity[] = [],
): readonly Check[] {
  const metadata = wanted.includes('recording-interaction-metadata');
  return [
    {
      name: 'extraction',
      needs: ['tenant'],
      run: () => finding('extraction', async () => judge(await client.probe.extraction(), metadata)),
    },
    {
      name: 'evaluations',
      needs: ['tenant'],
      run: async () => evaluations(wanted.includes('qm-workflows')),
    },
  ];
}

function judge(access: 'open' | 'refused' | 'busy', isWanted: boolean): Finding {
  if (access === 'open')
    return { status: 'ok', message: `Data Extraction lists its jobs.${isWanted ? onlyByJob : ''}` };
  if (access === 'busy') {
    return {
      status: 'unknown',
      code: 'ExtractionBusy',
      message: 'Data Extraction serves one caller of a tenant at a time, and another caller is using it now.',
      remedy: 'Check again in a minute.',
    };
  }
  return {
    status: 'failed',
    code: 'ExtractionForbidden',
    message: 'CXone Data Extraction answered with status 403.',
    remedy: grantRemedy('extraction'),
  };
}

const onlyByJob =
  ' Whether it extracts interaction metadata is only known after the first job, none is created here: ' +
  'without the permission the first job parks with ExtractionForbidden.';

/** Contract §10: a `qm-workflows` job would have to be run; and that permission is not on the vendor's list. */
function evaluations(isWanted: boolean): Finding {
  return {
    status: 'unknown',
    code: 'NotTestable',
    message:
      'Evaluations cannot be checked by reading: it takes an extraction job, and none is created here.' +
      (isWanted
        ? ' They are switched on: without the permission their first job parks with ExtractionForbidden.'
        : ''),
    remedy: isWanted ? `Make sure of both: ${both}.` : `If evaluations are wanted: ${both}. ${unneeded}`,
  };
}

const both = `${permissions.viewEvaluations}, and by API also ${permissions.evaluations}`;
const unneeded = 'The sync does not need them.';
