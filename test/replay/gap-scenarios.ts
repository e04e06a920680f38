import type { Client } from '@temporalio/client';
import { quietActivities } from '../workflow/with-activities';
import { type Scenario, untilParked } from './scenario';

const quiet = quietActivities(0);
const span = { from: '2026-01-01T00:00:00.000Z', to: '2026-11-20T00:00:00.000Z' };

const asks = (tenant: string, missing = true): Scenario => ({
  workflow: 'askAboutGap',
  args: [{ tenant, ...span }],
  activities: { lookAtGap: async () => (missing ? span : null) },
});
const decided = (update: string) => async (client: Client, workflowId: string) => {
  await untilParked(client, workflowId);
  await client.workflow.getHandle(workflowId).executeUpdate(update);
};

/** Missing at the first check, and read at the second. */
function resumed(): Scenario {
  let looks = 0;
  return {
    ...asks('g3'),
    activities: {
      lookAtGap: async () => {
        looks += 1;
        return looks === 1 ? span : null;
      },
    },
    during: decided('resume'),
  };
}

/** A gap further back than the live sync fills by itself: the live sync asks, and an operator decides. */
export const gapScenarios: Readonly<Record<string, Scenario>> = {
  'live-asks': {
    workflow: 'incrementalSync',
    args: [{ tenant: 'g1' }],
    activities: {
      planIncrement: async (given) => ({
        ...(await quiet.planIncrement(given)),
        ask: span,
        recordings: false,
      }),
    },
  },
  'gap-read': asks('g2', false),
  'gap-resumed': resumed(),
  'gap-parked': { ...asks('g4'), during: untilParked, open: true },
  'gap-skipped': { ...asks('g5'), during: decided('skip') },
  'gap-aborted': { ...asks('g6'), during: decided('abort') },
};
