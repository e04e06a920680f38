import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import type { AgentCursor, FetchedLookups } from '../../activities/list-types';
import { backfillScenarios, splitScenario } from './backfill-scenarios';
import { openWindow, pageOf, quietActivities } from '../workflow/with-activities';
import { extractScenarios } from './extract-scenarios';
import { gapScenarios } from './gap-scenarios';
import { liveScenarios } from './live-scenarios';
import { parkedScenarios } from './parked-scenarios';
import { due, endless, input, refuse, type Scenario, untilAsked } from './scenario';

const refusedList: FetchedLookups = {
  pageId: null,
  records: 0,
  totalRecords: null,
  next: null,
  refused: 'LookupsForbidden',
};

/** Every path a run of today can take, by the name of its history. */
export const scenarios: Readonly<Record<string, Scenario>> = {
  ...backfillScenarios,
  ...liveScenarios,
  ...extractScenarios,
  ...gapScenarios,
  ...parkedScenarios,
  'split-window': splitScenario,
  'several-pages': {
    activities: {
      fetchContactPage: async ({ skip, top }) => pageOf(95, skip, top),
      countContacts: async () => ({ totals: [95], lastPollTime: null }),
      tallyRound: async () => ({ fetched: 95 }),
    },
  },
  'empty-window': { activities: quietActivities(0) },
  'several-passes': {
    args: [{ ...input, skillIds: [1, 2, 3] }],
    activities: {
      openWindow: async () => ({ ...openWindow, passes: [{ skillId: 1 }, { skillId: 2 }, { skillId: 3 }] }),
      fetchContactPage: async ({ skip, top, filter, round }) =>
        pageOf(10 * (filter.skillId ?? 0) + 5, skip, top, round),
      countContacts: async () => ({ totals: [15, 25, 35], lastPollTime: null }),
      tallyRound: async () => ({ fetched: 75 }),
    },
  },
  're-read': {
    activities: {
      fetchContactPage: async ({ skip, top, round }) => pageOf(25 + round, skip, top, round),
      countContacts: async () => ({ totals: [26], lastPollTime: null }),
      tallyRound: async ({ round }) => ({ fetched: 25 + round }),
    },
  },
  'smaller-pages': {
    // CXone timed out at 10 and answered 5: the rest of the slice is asked for again.
    activities: {
      fetchContactPage: async ({ skip, top, round }) => pageOf(25, skip, Math.min(5, top), round),
    },
  },
  'tied-stamps': {
    // All contacts share one start: every edge between pages is a tie.
    activities: {
      fetchContactPage: async ({ skip, top, round }) => {
        const at = '2026-11-01T08:00:00.000Z';
        return { ...pageOf(25, skip, top, round), firstStart: at, lastStart: at };
      },
    },
  },
  'count-mismatch': { activities: { tallyRound: async () => ({ fetched: 24 }) } },
  'refused-input': { args: [{ ...input, from: 'yesterday', skill: 3 }] },
  'window-busy': { activities: { openWindow: async () => refuse('WindowBusy') } },
  'window-in-future': {
    activities: {
      fetchContactPage: async ({ skip, top }) => ({
        ...pageOf(25, skip, top),
        lastPollTime: '2026-11-01T12:00:00.000Z',
      }),
    },
  },
  'page-refused': {
    activities: {
      fetchContactPage: async ({ skip, top }) =>
        skip === 10 ? refuse('ContactsForbidden') : pageOf(50, skip, top),
    },
  },
  'retried-step': {
    activities: {
      persistContacts: async () => {
        if (Context.current().info.attempt === 1)
          throw ApplicationFailure.create({ type: 'DatabaseConflict' });
        return { inserted: 10, updated: 0, unchanged: 0, rejected: 0 };
      },
    },
  },
  'agents-hidden': {
    activities: {
      fetchAgents: async ({ cursor }) => {
        const at = (step: AgentCursor['step'], skip: number): AgentCursor => ({
          step,
          skip,
          turn: 1,
          watermark: null,
        });
        if (cursor === null) {
          return { pageId: 'a', records: 100, hiddenAgents: 17, watermark: null, next: at('all', 100) };
        }
        if (cursor.step === 'all') {
          const watermark = '2026-11-20T00:00:00.000Z';
          return { pageId: 'b', records: 20, hiddenAgents: 17, watermark, next: at('missing', 0) };
        }
        return { pageId: null, records: 0, hiddenAgents: 0, watermark: null, next: null };
      },
    },
  },
  'lookups-read': {
    activities: {
      claimLookups: async () => ({
        due: ['skills', 'campaigns', 'teams'],
        failed: [{ list: 'dispositions', code: 'LookupsForbidden' }],
      }),
      fetchLookups: async ({ list, skip }) => {
        if (list === 'campaigns') return refusedList;
        if (list === 'teams') return refuse('Unexpected');
        const next = skip === 0 ? 100 : null;
        return { pageId: `${list}-${skip}`, records: 100, totalRecords: 200, next, refused: null };
      },
    },
  },
  'recordings-left-out': { activities: { openWindow: async () => ({ ...openWindow, recordings: false }) } },
  'recordings-inline': {
    activities: {
      dueRecordings: due(12),
      downloadRecording: async ({ masterContactId }) => {
        if (masterContactId.endsWith('3')) return { status: 'pending', files: 0, bytes: 0 };
        if (masterContactId.endsWith('4')) return { status: 'failed', files: 0, bytes: 0 };
        return { status: 'stored', files: 2, bytes: 2_000 };
      },
    },
  },
  'recordings-in-children': {
    activities: { dueRecordings: due(340) },
    children: { 'recordings:acme:1.1:100300': 'recordings-child' },
  },
  'recordings-refused': {
    activities: { dueRecordings: due(12), downloadRecording: async () => refuse('RecordingStorageFull') },
  },
  cancelled: {
    activities: { fetchContactPage: endless },
    during: async (client, workflowId) => {
      await untilAsked(client, workflowId, 'fetchContactPage');
      await client.workflow.getHandle(workflowId).cancel();
    },
  },
  'window-running': {
    activities: {
      fetchContactPage: async ({ skip, top }) => (skip === 10 ? endless() : pageOf(50, skip, top)),
    },
    during: (client, workflowId) => untilAsked(client, workflowId, 'fetchContactPage'),
    open: true,
  },
  'window-in-recordings': {
    activities: { dueRecordings: due(340), downloadRecording: endless },
    during: (client) => untilAsked(client, 'recordings:acme:1.1:100000', 'downloadRecording'),
    open: true,
    children: { 'recordings:acme:1.1:100000': 'recordings-child-running' },
  },
  'window-continued': {
    activities: {
      fetchContactPage: async ({ skip, top, round }) => pageOf(300, skip, top, round),
      countContacts: async () => ({ totals: [300], lastPollTime: null }),
      tallyRound: async () => ({ fetched: 300 }),
    },
    impatient: true,
  },
  'continued-in-recordings': {
    // What continue-as-new starts, once a history has grown too long within the recordings.
    args: [
      input,
      {
        window: openWindow,
        round: { round: 0, passes: [], pages: 3, contacts: 25, rejected: 0 },
        progress: {
          stage: 'recordings',
          expected: 25,
          contacts: 25,
          rejected: 0,
          pages: 3,
          round: 0,
          agents: 0,
          hiddenAgents: 0,
          lookups: { rows: 0, notRead: [] },
          recordings: { stored: 300, pending: 0, failed: 0 },
          bytes: 300,
        },
        settled: { round: 0, expected: 25, absent: 0 },
        recordingsAfter: '100299',
      },
    ],
    activities: { dueRecordings: due(310) },
  },
};
