import { type CxoneClient, type ExtractionEntity, permissions } from '../../cxone';
import type { Check, Finding } from './check';
import { grantRemedy } from './permissions';
import { finding } from './refusal';

/**
 * Data Extraction by a look at its jobs (none is created), and evaluations, which no look can tell.
 * @param wanted what the tenant's settings have extracted: then it is said that the first job will tell the rest
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
    return { status: 'ok', message: `Data Extraction lists its jobs.${isWanted ? untold : ''}` };
  if (access === 'busy') {
    return {
      status: 'unknown',
      code: 'ExtractionBusy',
      message:
        'Data Extraction serves one caller of a tenant at a time, and somebody else is asking just now.',
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

const untold =
  ' Whether it extracts interaction metadata is told by the first job, none is created here: ' +
  'without the permission that one parks with ExtractionForbidden.';

/** Contract §10: a `qm-workflows` job would have to be run; and that permission is not on the vendor's list. */
function evaluations(isWanted: boolean): Finding {
  return {
    status: 'unknown',
    code: 'NotTestable',
    message:
      'Evaluations cannot be tried by reading: only an extraction job would tell, and none is created here.' +
      (isWanted
        ? ' They are switched on: without the permission their first job parks with ExtractionForbidden.'
        : ''),
    remedy: isWanted ? `Make sure of both: ${both}.` : `If evaluations are wanted: ${both}. ${unneeded}`,
  };
}

const both = `${permissions.viewEvaluations}, and by API also ${permissions.evaluations}`;
const unneeded = 'The sync does not need them.';
