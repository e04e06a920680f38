import { ActivityFailure, ApplicationFailure } from '@temporalio/common';
import { activityNames } from './activity-names';
import { faultNames } from '../../simulator';
import { operatorCodes, survived, ownSideNames } from './drawn-fault';
import {
  drawnNames,
  drawSchedule,
  extractionWith,
  type FaultSchedule,
  jobFaults,
  liveWith,
  scheduleWith,
  windowFaults,
} from './fault-schedule';
import type { TestEnvironment } from './test-environment';
import { inProcessEnvironment } from './in-process-environment';
import { type ChaosParts, openChaosParts } from './chaos-parts';
import { runSchedule } from './run-schedule';
import { openSandbox, type WorkflowSandbox } from './sandbox';
import { describeVerdict } from './score-card';
import { openServerEnvironment, type ServerEnvironment } from './server-environment';

// `npm run chaos:faults` runs a thousand, and a hundred through the server; here are the first ones of a seed.
const inProcess = Array.from({ length: 30 }, (_, index) => 100_000 + index);
const throughServer = [100_002, 100_004, 100_006, 100_008];

/** Faults of recordings and their files: a window by update reads none. */
const ofRecordings: ReadonlySet<string> = new Set([
  ...['mediaLate', 'mediaMissing', 'mediaShape', 'nullUrls', 'sentimentsWithheld', 'interactionFields'],
  ...['mediaTruncated', 'mediaEmpty', 'changedEtag', 'rangeIgnored', 'expireUrls'],
]);

/** Schedules whose failures are compared, on top of those that are drawn. */
const forbidden: FaultSchedule = {
  ...drawSchedule(1, false),
  seed: 1,
  by: 'start',
  faults: [
    {
      name: 'forbidden',
      label: 'forbidden agents',
      rules: [{ name: 'forbidden', match: { family: 'agents' } }],
      outcome: { kind: 'fails', area: 'agents', codes: operatorCodes.agentsForbidden },
    },
  ],
};
const wrongKey: FaultSchedule = {
  ...drawSchedule(2, false),
  seed: 2,
  by: 'start',
  faults: [
    {
      name: 'keyDeactivated',
      label: 'key deactivated',
      rules: [{ name: 'keyDeactivated', match: { family: 'auth' } }],
      outcome: { kind: 'fails', area: 'auth', codes: operatorCodes.wrongKey },
    },
  ],
};
const uncountable: FaultSchedule = {
  ...drawSchedule(3, false),
  seed: 3,
  by: 'start',
  faults: [
    {
      name: 'wrongTotal',
      label: 'one contact more than there are',
      rules: [{ name: 'wrongTotal', match: { family: 'contacts' }, args: { count: 1 } }],
      outcome: { kind: 'fails', area: 'contacts', codes: ['CountMismatch'] },
    },
  ],
};

let sandbox: WorkflowSandbox;
let parts: ChaosParts;
let here: TestEnvironment;
let server: ServerEnvironment;
beforeAll(async () => {
  sandbox = openSandbox(activityNames);
  parts = await openChaosParts();
  here = inProcessEnvironment(parts, sandbox);
  server = await openServerEnvironment([
    ...throughServer.map((seed) => drawSchedule(seed, false)),
    ...[forbidden, wrongKey, uncountable],
  ]);
}, 120_000);
afterAll(async () => {
  await server?.close();
  await parts?.close();
});

describe('a window whose source is faulty equals the truth or fails with the right code', () => {
  it.each(inProcess)('schedule %i, in one process', async (seed) => {
    const verdict = await runSchedule(drawSchedule(seed), here);
    expect(verdict.problems.length === 0 ? '' : describeVerdict(verdict)).toBe('');
  });

  it.each(
    windowFaults.flatMap((name) => [
      [name, 'start'] as const,
      ...(ofRecordings.has(name) ? [] : [[name, 'update'] as const]),
    ]),
  )('the switch %s alone, by %s, in one process', async (name, by) => {
    const verdict = await runSchedule(scheduleWith(name, 45, by), here);
    expect(verdict.problems.length === 0 ? '' : describeVerdict(verdict)).toBe('');
  });

  it.each(ownSideNames)('what happens on our own side (%s), in one process', async (name) => {
    const verdict = await runSchedule(scheduleWith(name, 11), here);
    expect(verdict.problems.length === 0 ? '' : describeVerdict(verdict)).toBe('');
  });

  it('is never taken for complete because records that cannot be read came twice', async () => {
    for (let seed = 1; seed <= 12; seed += 1) {
      const schedule: FaultSchedule = {
        ...scheduleWith('badRecords', seed),
        pageSize: 20,
        faults: [
          {
            name: 'badRecords',
            label: 'every second record without its key',
            rules: [{ name: 'badRecords', args: { kinds: ['missingKey', 'badDate'], every: 2 } }],
            outcome: survived,
          },
          {
            name: 'duplicatePage',
            label: 'each page but the first is the one before',
            rules: [{ name: 'duplicatePage', match: { family: 'contacts' }, args: { count: 20 } }],
            outcome: { kind: 'disturbs', rounds: Number.POSITIVE_INFINITY },
          },
        ],
      };
      const verdict = await runSchedule(schedule, here);
      expect(verdict.problems.length === 0 ? '' : describeVerdict(verdict)).toBe('');
    }
  });

  it.each(throughServer)(
    'schedule %i, through a Temporal server',
    async (seed) => {
      const verdict = await runSchedule(drawSchedule(seed, false), server);
      expect(verdict.problems.length === 0 ? '' : describeVerdict(verdict)).toBe('');
    },
    200_000,
  );
});

describe('a day of Data Extraction', () => {
  it.each(jobFaults)('equals the source or fails with the right code: %s', async (name) => {
    const verdict = await runSchedule(extractionWith(name, 12), here);
    expect(verdict.problems.length === 0 ? '' : describeVerdict(verdict)).toBe('');
  });
});

describe('a clock that jumps', () => {
  it.each([
    ['CXone’s, four hours back', { name: 'clockSkew', args: { minutes: -240 } }, {}],
    ['CXone’s, years ahead', { name: 'clockSkew', args: { minutes: 3_000_000 } }, {}],
    ['that of its list alone, hours back', { name: 'wrongPollTime', args: { seconds: -14_400 } }, {}],
    ['ours, four hours back', undefined, { ownClockMinutes: -240 }],
    ['ours, four hours ahead', undefined, { ownClockMinutes: 240 }],
  ] as const)('costs the live sync lag only: %s', async (label, rule, ownSide) => {
    const verdict = await runSchedule(liveWith(31, { label, rules: rule ? [rule] : [], ownSide }), here);
    expect(verdict.problems.length === 0 ? '' : describeVerdict(verdict)).toBe('');
    expect(verdict.outcome).toBe('complete');
  });
});

describe('the run in one process', () => {
  /** The chain of causes as a client sees it. */
  function chainOf(error: unknown): readonly object[] {
    if (!(error instanceof Error)) return [];
    const fields =
      error instanceof ApplicationFailure
        ? { type: error.type, nonRetryable: error.nonRetryable, details: error.details }
        : error instanceof ActivityFailure
          ? { activityType: error.activityType, retryState: error.retryState }
          : {};
    return [{ name: error.name, message: error.message, ...fields }, ...chainOf(error.cause)];
  }

  const failureOn = async (
    environment: TestEnvironment,
    schedule: FaultSchedule,
  ): Promise<readonly object[]> => {
    environment.simulator.setFaults(schedule.faults.flatMap(({ rules }) => rules));
    const tenant = environment.tenantOf(schedule);
    const { end } = await environment.attempt({ schedule, tenant, faults: true, requestsAtMost: 500 });
    environment.simulator.setFaults([]);
    if (end === undefined || end.ok) throw new Error('the run must fail');
    // Ports and ids differ from run to run, in messages and in details.
    const chain = JSON.stringify(chainOf(end.error))
      .replace(/127\.0\.0\.1:\d+/g, 'host')
      .replace(/\(answer [0-9a-f]+\)/g, '(answer)');
    return JSON.parse(chain) as readonly object[];
  };

  it.each([
    ['in an activity at its first attempt', wrongKey],
    ['in an activity after others had done their work', forbidden],
    ['in the workflow itself', uncountable],
  ])(
    'fails with the chain that a Temporal server makes: %s',
    async (_where, schedule) => {
      const chain = await failureOn(server, schedule);
      expect(chain.length).toBeGreaterThan(0);
      expect(await failureOn(here, schedule)).toEqual(chain);
    },
    120_000,
  );

  it('says so when a run would never end', async () => {
    const { historyLimit, ...schedule } = drawSchedule(4, false);
    const environment = inProcessEnvironment(parts, sandbox);
    const tenant = environment.tenantOf({ ...schedule, historyLimit });
    const order = { schedule: { ...schedule, historyLimit }, tenant, faults: false, requestsAtMost: 3 };
    expect(await environment.attempt(order)).toMatchObject({ hang: 'never ends: more than 3 requests' });
  });
});

describe('schedules', () => {
  it('are the same for the same seed, and rarely so for another', () => {
    const drawn = Array.from({ length: 200 }, (_, seed) => JSON.stringify(drawSchedule(seed)));
    expect(Array.from({ length: 200 }, (_, seed) => JSON.stringify(drawSchedule(seed)))).toEqual(drawn);
    expect(new Set(drawn).size).toBeGreaterThan(195);
  });

  it('use every switch of the simulator, and everything that happens on our own side', () => {
    expect(faultNames.filter((name) => !drawnNames.has(name))).toEqual([]);
    const used = new Set<string>();
    for (let seed = 0; seed < 1_000; seed += 1) {
      for (const { name } of drawSchedule(seed).faults) used.add(name);
    }
    expect([...faultNames, ...ownSideNames].filter((name) => !used.has(name))).toEqual([]);
  });
});
