import type { CxoneClient } from '../../cxone';
import type { Check, Finding } from './check';
import { grantRemedy } from './places';
import { finding } from './refusal';

/** Data Extraction by a look at its jobs (none is created), and evaluations, which no look can tell. */
export function extractionChecks(client: CxoneClient): readonly Check[] {
  return [
    {
      name: 'extraction',
      needs: ['tenant'],
      run: () => finding('extraction', async () => judge(await client.probe.extraction())),
    },
    { name: 'evaluations', needs: ['tenant'], run: async () => evaluations },
  ];
}

function judge(access: 'open' | 'refused' | 'busy'): Finding {
  if (access === 'open') return { status: 'ok', message: 'Data Extraction lists its jobs.' };
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

/** Contract §10: a `qm-workflows` job would have to be run; and that permission is not on the vendor's list. */
const evaluations: Finding = {
  status: 'unknown',
  code: 'NotTestable',
  message:
    'Evaluations cannot be tried by reading: only an extraction job would tell, and none is created here.',
  remedy:
    'If evaluations are wanted: Search & Playback > Search permissions > View evaluations = Enabled (Scores & ' +
    'Evaluators), and by API also QM Tools > Data Extraction APIs > QM Workflow API. The sync does not need them.',
};
