import type { Activities } from '../../activities';
import { openWindow, pageOf, quietActivities } from '../workflow/with-activities';
import { due, endless, refuse, type Scenario, untilAsked } from './scenario';

const quiet = quietActivities();
const changed = '2026-11-20T00:00:00Z/2026-11-20T00:10:00Z:update';

/** Tenants differ, as children are found by tenant and dates. */
const tick = (tenant: string): Pick<Scenario, 'workflow' | 'args'> => ({
  workflow: 'incrementalSync',
  args: [{ tenant }],
});

/** A window of changes with five contacts, whose recordings are left to the sweep. */
const changes = (recordings: boolean): Partial<Activities> => ({
  planIncrement: async (given) => ({ ...(await quiet.planIncrement(given)), recordings }),
  openWindow: async (span) => ({
    ...openWindow,
    ...span,
    recordings,
    downloads: false,
    leavesAgents: true,
  }),
  fetchContactPage: async ({ skip, top, round }) => ({
    ...pageOf(5, skip, top, round),
    totalRecords: 5,
    lastUpdate: '2026-11-20T00:05:00.000Z',
  }),
  countContacts: async () => ({ totals: [5], lastPollTime: null }),
  tallyRound: async () => ({ fetched: 5 }),
});

const gap = { from: '2026-09-01T00:00:00.000Z', to: '2026-11-20T00:10:00.000Z' };
const sweeps = (tenant: string): Pick<Scenario, 'workflow' | 'args'> => ({
  workflow: 'sweepRecordings',
  args: [{ tenant }],
});

/** Every path the live sync, its windows and its sweeps can take without an operator. */
export const liveScenarios: Readonly<Record<string, Scenario>> = {
  live: {
    ...tick('l1'),
    activities: changes(true),
    children: { [`sync-window:l1:${changed}`]: 'window-by-update', 'sweep-recordings:l1': 'sweep-empty' },
  },
  'live-running': {
    ...tick('l2'),
    activities: { ...changes(false), fetchContactPage: endless },
    during: (client) => untilAsked(client, `sync-window:l2:${changed}`, 'fetchContactPage'),
    open: true,
    children: { [`sync-window:l2:${changed}`]: 'window-by-update-running' },
  },
  'live-quiet': {
    ...tick('l10'),
    activities: {
      ...changes(true),
      planIncrement: async (given) => ({
        ...(await quiet.planIncrement(given)),
        quiet: { unchanged: 4, sweep: true },
      }),
    },
    children: { 'sweep-recordings:l10': 'sweep-after-quiet' },
  },
  'live-gap': {
    ...tick('l3'),
    activities: {
      ...changes(false),
      planIncrement: async (given) => ({ ...(await quiet.planIncrement(given)), gap, recordings: false }),
      findComplete: async ({ edges }) => ({
        complete: edges.slice(1).map((_edge, place) => place),
        mediaPerSecond: null,
      }),
    },
  },
  'live-gap-again': {
    ...tick('l9'),
    activities: {
      ...changes(false),
      planIncrement: async (given) => ({
        ...(await quiet.planIncrement(given)),
        again: { from: '2026-09-05T00:00:00.000Z', to: '2026-09-06T00:00:00.000Z' },
        recordings: false,
      }),
    },
  },
  'live-window-fails': {
    ...tick('l4'),
    activities: { ...changes(false), openWindow: async () => refuse('WindowBusy') },
    children: { [`sync-window:l4:${changed}`]: 'window-by-update-busy' },
  },
  'live-refused-input': { workflow: 'incrementalSync', args: [{ tenant: 'l5', since: 'yesterday' }] },
  sweep: { ...sweeps('l6'), activities: { recordingsToSweep: due(230) } },
  'sweep-running': {
    ...sweeps('l7'),
    activities: { recordingsToSweep: due(3), downloadRecording: endless },
    during: (client, workflowId) => untilAsked(client, workflowId, 'downloadRecording'),
    open: true,
  },
  'sweep-continued': { ...sweeps('l8'), activities: { recordingsToSweep: due(230) }, impatient: true },
};
