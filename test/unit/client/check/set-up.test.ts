import { checkTenant } from '../../../../client/check/run-all';
import type { Tenant } from '../../../../config';
import type { Family, FaultRule } from '../../../../simulator';
import { simulateTenant, type SimulatedTenant } from '../simulated-tenant';
import { checkUnder, names, now, result, withStatus } from './checked';

let given: SimulatedTenant;
beforeAll(async () => {
  given = await simulateTenant({ clock: now, mediaQuota: 'off', contactsPerDay: 1_000 });
});
afterAll(() => given.simulator.close());
beforeEach(() => {
  given.simulator.setFaults([]);
  given.simulator.journal.clear();
});

const check = (faults: readonly FaultRule[] = [], changes: Partial<Tenant> = {}) =>
  checkUnder(given, faults, changes);

describe('a tenant that is set up as it should be', () => {
  it('has every check in order but evaluations, which no reading can show', async () => {
    const report = await check();
    expect(withStatus(report, 'ok')).toEqual(names.filter((name) => name !== 'evaluations'));
    expect(result(report, 'evaluations')).toMatchObject({
      status: 'unknown',
      code: 'NotTestable',
      remedy: expect.stringContaining('QM Workflow API'),
    });
    expect(report.ok).toBe(true);
  });

  it('is asked little: one token, no job, a few playback queries, and no personal fields of a contact', async () => {
    await check();
    const { journal } = given.simulator;
    expect(journal.count({ family: 'auth' })).toBe(1);
    expect(journal.count()).toBeLessThan(20);
    expect(journal.count({ family: 'media' })).toBeLessThanOrEqual(9);
    expect(journal.entries({ family: 'extraction' }).map(({ method }) => method)).toEqual(['GET']);
    for (const { query } of journal.entries({ family: 'contacts' })) {
      expect(query['fields']).toMatch(
        /^contactId,(?:masterContactId,)?contactStartDate(?:,agentId,totalDurationSeconds)?$/,
      );
    }
    const sampled = journal.entries({ family: 'contacts', path: 'completed' }).slice(1);
    expect(new Set(sampled.map(({ query }) => query['isLogged']))).toEqual(new Set(['true', 'false']));
    for (const { query } of sampled)
      expect(query).toMatchObject({ mediaTypeId: '4', orderBy: 'contactStartDate desc' });
  });

  it('may have filters that CXone lists', async () => {
    const changes = { skillIds: [4501, 4502], mediaTypeIds: [4] };
    expect(result(await check([], changes), 'filters')).toMatchObject({
      status: 'ok',
      message: 'CXone lists all 3 ids of the tenants file.',
    });
  });

  it('may have no recordings', async () => {
    const report = await check([], { recordings: false });
    expect(withStatus(report, 'unknown')).toEqual([
      'media-playback',
      'download',
      'sentiments',
      'evaluations',
    ]);
    expect(result(report, 'media-playback').code).toBe('RecordingsOff');
    expect(given.simulator.journal.count({ family: 'media' })).toBe(0);
  });
});

describe('a family that is refused', () => {
  const media = ['media-playback', 'download', 'sentiments'];
  it.each<[FaultRule['name'], Family, string, RegExp, RegExp, readonly string[]]>([
    [
      'forbidden',
      'contacts',
      'contacts',
      /: ACD > ACD > View = On.*Contact History/,
      /Reporting – Contacts/,
      media,
    ],
    ['forbidden', 'agents', 'agents', /Admin > Employees > View/, /Admin – Agents/, []],
    ['forbidden', 'lookups', 'look-ups', /Admin > Employees > View/, /Admin – Agents/, ['filters']],
    ['forbidden', 'media', 'media-playback', /Play Any & Download/, /"Media Playback"/, media.slice(1)],
    ['forbidden', 'extraction', 'extraction', /Extract interaction metadata = On/, /Data Extraction/, []],
    ['unauthorized', 'agents', 'agents', /Admin > Employees > View/, /Admin – Agents/, []],
    ['unauthorized', 'media', 'media-playback', /Play Any & Download/, /"Media Playback"/, media.slice(1)],
  ])(
    'by %s on %s names permission and registration form',
    async (name, family, failed, menu, form, untried) => {
      const report = await check([{ name, match: { family } }]);
      expect(withStatus(report, 'failed')).toEqual([failed]);
      const { remedy = '' } = result(report, failed);
      expect(remedy).toMatch(menu);
      expect(remedy).toMatch(form);
      expect(remedy).toContain('registration form');
      expect(withStatus(report, 'unknown')).toEqual([...untried, 'evaluations']);
    },
  );
});

describe('an API that CXone does not serve', () => {
  const notFound = (family: Family): FaultRule[] => [
    { name: 'status', match: { family }, args: { status: 404 } },
  ];

  it.each<[Family, string]>([
    ['contacts', 'contacts'],
    ['agents', 'agents'],
    ['lookups', 'look-ups'],
  ])('a 404 of %s advises its version', async (family, name) => {
    expect(result(await check(notFound(family)), name)).toMatchObject({
      ...{ status: 'failed', code: 'NotFound', remedy: expect.stringContaining('apiVersion') as string },
    });
  });

  it('a 404 of Data Extraction does not advise the version of another API', async () => {
    const { code, remedy } = result(await check(notFound('extraction')), 'extraction');
    expect([code, remedy]).toEqual(['NotFound', expect.stringContaining('contract includes it')]);
    expect(remedy).not.toContain('apiVersion');
  });
});

describe('Data Extraction that is refused', () => {
  it.each([
    [false, 'optional', true],
    [true, 'required', false],
  ])('with interaction metadata switched on: %s, it is %s and the whole is ok: %s', async (on, need, ok) => {
    const extract = { ...given.tenant().extract, interactionMetadata: on };
    const report = await check([{ name: 'forbidden', match: { family: 'extraction' } }], { extract });
    expect(result(report, 'extraction')).toMatchObject({ status: 'failed', need });
    expect(report.ok).toBe(ok);
  });
});

describe('permissions with two names', () => {
  it.each<[Family, string]>([
    ['media', 'media-playback'],
    ['extraction', 'extraction'],
  ])('those of %s are named as older and as newer CXone name them', async (family, name) => {
    const { remedy } = result(await check([{ name: 'forbidden', match: { family } }]), name);
    expect(remedy).toContain('Search & Playback (in newer CXone: Interactions Hub Permissions)');
  });

  it.each(['forbidden', 'tooManyRequests'] as const)(
    'Media Playback that is %s may lack its SKU',
    async (name) => {
      const report = await check([{ name, match: { family: 'media' } }]);
      expect(result(report, 'media-playback').remedy).toContain('SKU');
    },
  );
});

describe('what only a job of Data Extraction would show', () => {
  it.each([
    [false, 0, 'If evaluations are wanted', 'The sync does not need them'],
    [true, 2, 'Make sure of both', 'QM Tools > Data Extraction APIs > QM Workflow API'],
  ])('is said, and no job is made, when both are wanted: %s', async (wanted, warned, beginning, place) => {
    const extract = { ...given.tenant().extract, interactionMetadata: wanted, evaluations: wanted };
    const report = await check([], { extract });
    const findings = ['extraction', 'evaluations'].map((name) => result(report, name));
    expect(findings.map(({ status }) => status)).toEqual(['ok', 'unknown']);
    const texts = findings.map(({ message, remedy = '' }) => `${message} ${remedy}`);
    expect(texts.filter((text) => text.includes('ExtractionForbidden'))).toHaveLength(warned);
    expect(findings[1]?.remedy).toContain(beginning);
    expect(findings[1]?.remedy).toContain(place);
    const asked = given.simulator.journal.entries({ family: 'extraction' });
    expect(asked.map(({ method }) => method)).toEqual(['GET']);
  });
});

describe('what is allowed, but not in full', () => {
  it.each([1, 7])('%i agents that are hidden are counted', async (count) => {
    const report = await check([{ name: 'hiddenAgents', args: { count } }]);
    expect(withStatus(report, 'failed')).toEqual(['agents']);
    expect(result(report, 'agents')).toMatchObject({
      code: 'HiddenAgents',
      message: `The service user cannot see ${count} agents.`,
      remedy: expect.stringContaining('data view'),
    });
  });

  it('a list of agents without any, though the service user is one', async () => {
    const report = await check([{ name: 'status', match: { family: 'agents' }, args: { status: 204 } }]);
    expect(withStatus(report, 'failed')).toEqual(['agents']);
    expect(result(report, 'agents')).toMatchObject({ code: 'NoAgents' });
  });

  it('sentiments withheld on several calls name their permission, and fail nothing: no setting asks for them', async () => {
    const report = await check([{ name: 'sentimentsWithheld' }]);
    expect(report.ok).toBe(true);
    expect(result(report, 'sentiments').need).toBe('optional');
    expect(withStatus(report, 'failed')).toEqual(['sentiments']);
    expect(result(report, 'sentiments').remedy).toContain('View sentiments and categories = On');
    expect(given.simulator.journal.count({ family: 'media' })).toBeLessThanOrEqual(18);
  });

  it('calls of a month of which none has a recording are a failure, whether they are logged or not', async () => {
    const silent = await simulateTenant({ loggedShare: 0, contactsPerDay: 50, clock: now });
    try {
      const report = await checkTenant(silent.tenant(), { now });
      expect(withStatus(report, 'failed')).toEqual(['media-playback']);
      expect(result(report, 'media-playback')).toMatchObject({
        code: 'NoRecording',
        remedy: expect.stringMatching(/recording is not switched on.*SKU/),
      });
      const searched = silent.simulator.journal.entries({ family: 'contacts' }).slice(1);
      expect(searched.map(({ query }) => [query['startDate'], query['isLogged']])).toEqual(
        ['2026-03-10T11', '2026-03-09T12', '2026-03-03T12', '2026-02-08T12'].flatMap((hour) =>
          ['true', 'false'].map((isLogged) => [`${hour}:00:00.000Z`, isLogged]),
        ),
      );
    } finally {
      await silent.simulator.close();
    }
  });

  it('a tenant on CXone Recording, which logs no call, is in order', async () => {
    const other = await simulateTenant({ recorder: 'cxone', contactsPerDay: 2_000, clock: now });
    try {
      const report = await checkTenant(other.tenant(), { now });
      expect(withStatus(report, 'failed')).toEqual([]);
      expect(result(report, 'media-playback').message).toMatch(
        /Asked about 0 logged, .*; \d+ not logged, [1-9]/,
      );
    } finally {
      await other.simulator.close();
    }
  });

  it('no recording of any call is reported with a call to try by hand', async () => {
    const report = await check([{ name: 'mediaMissing' }]);
    expect(withStatus(report, 'failed')).toEqual(['media-playback']);
    expect(result(report, 'media-playback')).toMatchObject({
      code: 'NoRecording',
      remedy: expect.stringMatching(/Play call \d+ in CXone.*Play Any & Download.*not licensed/),
    });
  });

  it('recordings without links leave the download unknown', async () => {
    const report = await check([{ name: 'nullUrls' }]);
    expect(report.ok).toBe(true);
    expect(result(report, 'download')).toMatchObject({ status: 'unknown', code: 'NoLink' });
  });

  it('a media host that is not listed is named with the setting to add it to', async () => {
    const host = new URL(given.simulator.address).host;
    const mediaHost = new URL(given.simulator.mediaAddress).host;
    const report = await check([], { allowInsecureHosts: [host] });
    expect(withStatus(report, 'failed')).toEqual(['download']);
    expect(result(report, 'download')).toMatchObject({
      code: 'MediaHostRefused',
      remedy: expect.stringContaining(`"${mediaHost}" to mediaHosts`),
    });
    expect(given.simulator.journal.count({ family: 'file' })).toBe(0);
  });

  it('files that their host refuses fail the download alone', async () => {
    const report = await check([{ name: 'expireUrls' }]);
    expect(withStatus(report, 'failed')).toEqual(['download']);
    expect(result(report, 'download').code).toBe('MediaLinkExpired');
  });

  it('filters that CXone does not list are named', async () => {
    const changes = { skillIds: [4501, 99], campaignIds: [98], mediaTypeIds: [4, 97] };
    const report = await check([], changes);
    expect(withStatus(report, 'failed')).toEqual(['filters']);
    const { code, message, remedy } = result(report, 'filters');
    expect({ code, remedy }).toEqual({
      code: 'UnknownFilter',
      remedy: expect.stringContaining('tenants file'),
    });
    expect(message).toMatch(/skillIds 99 .*campaignIds 98 .*mediaTypeIds 97 /);
    expect(message).not.toMatch(/450[12]/);
  });

  it.each([-20, 20])('a clock that is %i minutes off is reported, as a warning', async (minutes) => {
    const report = await check([{ name: 'clockSkew', args: { minutes } }]);
    expect(withStatus(report, 'failed')).toEqual(['clock']);
    expect(report.ok).toBe(true);
    // Both of CXone's clocks agree: then ours is wrong.
    expect(result(report, 'clock')).toMatchObject({
      code: 'ClockImplausible',
      message: expect.stringMatching(
        new RegExp(`our machine is (20|19) min.* ${minutes < 0 ? 'ahead of' : 'behind'} CXone’s`),
      ),
      remedy: expect.stringContaining('NTP'),
    });
  });

  it('a word of CXone for its clock that its own header denies is named', async () => {
    const report = await check([{ name: 'wrongPollTime', args: { seconds: 10_800 } }]);
    expect(result(report, 'clock')).toMatchObject({
      code: 'ClockImplausible',
      message: expect.stringMatching(/lastPollTime.* is (3 h|2 h 59 min).* ahead of the Date header/),
    });
  });

  it('a clock that no answer shows is unknown', async () => {
    const report = await check([{ name: 'withoutLastPollTime' }]);
    expect(report.ok).toBe(true);
    expect(result(report, 'clock')).toMatchObject({ status: 'unknown', code: 'NoClock' });
  });
});

describe('what says nothing about the set-up', () => {
  it('a quota that is used up leaves playback unknown', async () => {
    const report = await check([{ name: 'tooManyRequests', match: { family: 'media' } }]);
    expect(report.ok).toBe(true);
    expect(result(report, 'media-playback')).toMatchObject({ status: 'unknown', code: 'Throttled' });
  });

  it('a quota that runs out after the first playback query keeps what was learnt', async () => {
    const faults: FaultRule[] = [
      {
        name: 'tooManyRequests',
        match: { family: 'media' },
        onCall: Array.from({ length: 20 }, (_, n) => n + 8),
      },
      { name: 'sentimentsWithheld' },
    ];
    const report = await check(faults);
    expect(report.ok).toBe(true);
    expect(result(report, 'media-playback').status).toBe('ok');
    expect(result(report, 'sentiments').status).toBe('unknown');
  });

  it('a second caller of Data Extraction is no missing permission', async () => {
    const report = await check([{ name: 'extractionBusy' }]);
    expect(report.ok).toBe(true);
    expect(result(report, 'extraction')).toMatchObject({ status: 'unknown', code: 'ExtractionBusy' });
  });

  it('a Reporting that shows no contact of thirty days', async () => {
    const report = await check(
      [{ name: 'status', match: { family: 'contacts' }, args: { status: 204 } }],
      {},
    );
    expect(report.ok).toBe(true);
    expect(result(report, 'contacts')).toMatchObject({
      status: 'unknown',
      code: 'NoContacts',
      remedy: expect.stringContaining('data view'),
    });
    expect(result(report, 'media-playback').message).toBe('Not tried: needs contacts first.');
  });
});
