import type { Client } from '@temporalio/client';
import type { Activities } from '../../activities';
import { openWindow, quietActivities } from '../workflow/with-activities';
import { due, input, refuse, type Scenario, unless, untilParked } from './scenario';

const patient = { ...openWindow, parkedTimeoutHours: 168 };
/** Two seconds. */
const impatient = { ...openWindow, parkedTimeoutHours: 2 / 3_600 };
const quiet = quietActivities();

type Refusal = 'ContactsForbidden' | 'AgentsForbidden' | 'MediaForbidden';

/** A window that is parked for `types`, each refused until `fix` is called. */
function parks(...types: readonly Refusal[]) {
  const refused = new Set<string>(types);
  const activities: Partial<Activities> = {
    openWindow: async () => patient,
    fetchContactPage: unless(refused, 'ContactsForbidden', async (given) => quiet.fetchContactPage(given)),
    fetchAgents: unless(refused, 'AgentsForbidden', async (given) => quiet.fetchAgents(given)),
    dueRecordings: due(3),
    downloadRecording: unless(refused, 'MediaForbidden', async (given) => quiet.downloadRecording(given)),
  };
  return { activities, fix: () => refused.clear() };
}

/** Parks, and gets an operator's decision. */
function parkedThen(update: 'resume' | 'skip' | 'abort', ...types: readonly Refusal[]): Scenario {
  const { activities, fix } = parks(...types);
  return {
    activities,
    during: async (client, workflowId) => {
      await untilParked(client, workflowId);
      fix();
      await client.workflow.getHandle(workflowId).executeUpdate(update);
    },
  };
}

const halves = parks('AgentsForbidden');
const tenantParks = (workflow: string, tenant: string, activities: Partial<Activities>): Scenario => ({
  workflow,
  args: [{ tenant }],
  activities,
});
const decided = (update: string) => async (client: Client, workflowId: string) => {
  await untilParked(client, workflowId);
  await client.workflow.getHandle(workflowId).executeUpdate(update);
};

/** A ledger that cannot be written the first `times` times. */
function notClosed(times: number): Partial<Activities> {
  let refused = 0;
  return {
    openWindow: async () => patient,
    closeWindow: async (given) => {
      refused += 1;
      return refused <= times ? refuse('DatabaseFull') : quiet.closeWindow(given);
    },
  };
}

/** `syncWindow`, `incrementalSync` and `sweepRecordings` that wait for an operator, and the operator's decision. */
export const parkedScenarios: Readonly<Record<string, Scenario>> = {
  'window-parked': { activities: parks('ContactsForbidden').activities, during: untilParked, open: true },
  'window-parked-in-two-parts': {
    activities: parks('AgentsForbidden', 'MediaForbidden').activities,
    during: untilParked,
    open: true,
  },
  'window-resumed': parkedThen('resume', 'ContactsForbidden'),
  'window-resumed-in-two-parts': parkedThen('resume', 'AgentsForbidden', 'MediaForbidden'),
  'window-parked-again': {
    ...halves,
    during: async (client, workflowId) => {
      const handle = client.workflow.getHandle(workflowId);
      await untilParked(client, workflowId);
      await handle.executeUpdate('resume');
      // It is refused once more: the second decision waits until the first is used.
      for (let said = false; !said;) {
        await untilParked(client, workflowId);
        said = await handle.executeUpdate('skip').then(
          () => true,
          () => false,
        );
      }
    },
  },
  'window-rejected-resumed': {
    activities: {
      openWindow: async () => patient,
      tallyRound: async (round) => ({
        ...(await quiet.tallyRound(round)),
        ...(round.round === 0 && { tooMany: { rejected: 20, contacts: 25, allowed: 0.2, known: false } }),
      }),
    },
    during: decided('resume'),
  },
  'window-skipped': parkedThen('skip', 'MediaForbidden'),
  'window-skipped-unread': parkedThen('skip', 'ContactsForbidden'),
  'window-aborted': parkedThen('abort', 'AgentsForbidden'),
  'window-parked-for-too-long': {
    activities: { openWindow: async () => impatient, fetchAgents: async () => refuse('AgentsForbidden') },
  },
  // Recorded while a window that could not be closed failed its run at once.
  'window-not-closed': {
    activities: {
      openWindow: async () => patient,
      closeWindow: async (given) =>
        given.status === 'complete' ? refuse('DatabaseFull') : quiet.closeWindow(given),
    },
  },
  'window-closing-parked': { activities: notClosed(1_000), during: untilParked, open: true },
  'window-closing-resumed': { activities: notClosed(1), during: decided('resume') },
  'agents-left-out': {
    args: [{ ...input, recordings: false }],
    activities: {
      openWindow: async () => ({ ...patient, leavesAgents: true, recordings: false, downloads: false }),
      fetchAgents: async () => refuse('AgentsForbidden'),
    },
  },
  'live-parked': {
    ...tenantParks('incrementalSync', 'p1', { planIncrement: async () => refuse('ContactsForbidden') }),
    during: untilParked,
    open: true,
  },
  'live-parked-by-settings': {
    ...tenantParks('incrementalSync', 'p9', {
      planIncrement: async () => refuse('ContactsForbidden'),
      parkedTimeout: async () => ({ hours: 2 }),
    }),
    during: untilParked,
    open: true,
  },
  'live-not-parked': tenantParks('incrementalSync', 'p10', {
    planIncrement: async () => refuse('ContactsForbidden'),
    parkedTimeout: async () => ({ hours: 0 }),
  }),
  'sweep-resumed-by-settings': sweep('p11', 'resume'),
  'live-resumed': live('p2', 'resume'),
  'live-skipped': live('p3', 'skip'),
  'live-aborted': live('p4', 'abort'),
  'sweep-parked': {
    ...tenantParks('sweepRecordings', 'p5', {
      recordingsToSweep: due(3),
      downloadRecording: async () => refuse('MediaForbidden'),
    }),
    during: untilParked,
    open: true,
  },
  'sweep-resumed': sweep('p6', 'resume'),
  'sweep-skipped': sweep('p7', 'skip'),
  'sweep-aborted': sweep('p8', 'abort'),
};

function live(tenant: string, update: string): Scenario {
  let times = 0;
  const activities: Partial<Activities> = {
    openWindow: async (span) => ({ ...openWindow, ...span, recordings: false, downloads: false }),
    planIncrement: async (given) => {
      times += 1;
      if (times === 1) refuse('ContactsForbidden');
      return { ...(await quiet.planIncrement(given)), recordings: false };
    },
  };
  return { ...tenantParks('incrementalSync', tenant, activities), during: decided(update) };
}

function sweep(tenant: string, update: string): Scenario {
  let times = 0;
  const activities: Partial<Activities> = {
    recordingsToSweep: due(3),
    downloadRecording: async (given) => {
      times += 1;
      return times === 1 ? refuse('MediaForbidden') : quiet.downloadRecording(given);
    },
  };
  return { ...tenantParks('sweepRecordings', tenant, activities), during: decided(update) };
}
