import { BadParameter } from '../http/bad-parameter';
import { dayMs, readDate, type StampWriter } from '../data/calendar';
import {
  ourBusinessUnit,
  campaignCatalogue,
  dispositionCatalogue,
  mediaCatalogue,
  skillCatalogue,
  teamCatalogue,
} from '../data/catalogue';
import type { Exchange } from '../http/exchange';
import { linksOf } from '../http/links';
import { readInteger } from '../http/parameters';
import { empty, json, type Reply } from '../http/reply';
import { uuidOf } from '../auth/credentials';
import type { Settings } from '../options';

/** Names of the reference lists, as they stand in paths (contract §3.3). */
export type LookupName = 'business-unit' | 'skills' | 'campaigns' | 'teams' | 'dispositions' | 'media-types';

export const lookupNames: readonly LookupName[] = [
  'business-unit',
  'skills',
  'campaigns',
  'teams',
  'dispositions',
  'media-types',
];

/** Answers a reference list. `/campaigns` comes in a `resultSet` wrapper, as it does at v30. */
export type Lookups = (exchange: Exchange, name: LookupName) => Reply;

/** When everything in the reference lists was changed last, epoch ms. */
const changedAt = Date.UTC(2026, 0, 1) + dayMs / 2;

/** Creates the reference lists. Both spellings of "updated since" are understood, inclusively. */
export function createLookups(
  settings: Settings,
  tenantId: string,
  stamp: StampWriter,
  address: () => string,
): Lookups {
  const lists = referenceLists(settings, stamp(changedAt));
  return (exchange, name) => {
    const { parameters, now } = exchange;
    if (name === 'business-unit') {
      const unit = { businessUnitId: ourBusinessUnit, businessUnitName: 'Clinic', isActive: true, tenantId };
      return json(200, { businessUnits: [unit] });
    }
    if (name === 'media-types') return json(200, { mediaTypes: mediaTypes() });
    const sinceText = parameters.get('updatedSince') ?? parameters.get('updateSince');
    const since = sinceText === undefined ? -Infinity : readDate(sinceText);
    if (since === undefined) throw new BadParameter('Invalid date in parameter updatedSince');
    // A clock that stands before the lists were made must not make a change older than what it changes.
    const all = editsOf(exchange, lists[name], stamp(Math.max(now, changedAt + dayMs))).filter(
      ({ changedNow }) => changedNow || since <= changedAt,
    );
    const skip = readInteger(parameters, 'skip') ?? 0;
    const top = readInteger(parameters, 'top') ?? 10_000;
    const rows = all.slice(skip, skip + top).map(({ row }) => row);
    if (rows.length === 0) return empty(204);
    const answer = {
      businessUnitId: ourBusinessUnit,
      totalRecords: all.length,
      lastPollTime: stamp(now),
      _links: linksOf(`${address()}${exchange.path}`, parameters, {
        skip,
        top,
        count: rows.length,
        total: all.length,
      }),
      [name]: rows,
    };
    return json(200, name === 'campaigns' ? { resultSet: answer } : answer);
  };
}

type ListName = Exclude<LookupName, 'business-unit' | 'media-types'>;

/** The rows of each list, changed last at the same moment. */
function referenceLists(
  { agents, seed }: Settings,
  changed: string,
): Readonly<Record<ListName, readonly object[]>> {
  return {
    skills: skillCatalogue.map((skill) => ({
      skillId: skill.id,
      skillName: skill.name,
      mediaTypeId: mediaCatalogue[skill.media]?.id,
      mediaTypeName: mediaCatalogue[skill.media]?.name,
      campaignId: campaignCatalogue[skill.campaign]?.id,
      campaignName: campaignCatalogue[skill.campaign]?.name,
      isActive: true,
      isOutbound: false,
      outboundStrategy: null,
      notes: null,
      requireDisposition: true,
      serviceLevelGoal: 80,
      serviceLevelThreshold: 30,
      lastUpdateTime: changed,
    })),
    campaigns: campaignCatalogue.map(({ id, name }) => ({
      campaignId: id,
      campaignName: name,
      id,
      name,
      isActive: true,
      description: '',
      notes: null,
      lastUpdateTime: changed,
    })),
    teams: teamCatalogue.map(({ id, name }, index) => ({
      teamId: id,
      teamName: name,
      isActive: true,
      description: '',
      notes: null,
      lastUpdateTime: changed,
      maxConcurrentChats: 5,
      chatThreshold: 3,
      voiceThreshold: 1,
      deliveryMode: 'Unified',
      channelLock: false,
      unavailableCodes: [],
      agentCount: Math.floor(agents / teamCatalogue.length),
      teamLeadId: null,
      teamUuid: uuidOf(seed, `team-${index}`),
      divisionNo: 1,
    })),
    dispositions: dispositionCatalogue.map(({ id, name }) => ({
      dispositionId: id,
      dispositionName: name,
      notes: null,
      lastUpdated: changed,
      classificationId: 1,
      systemOutcome: null,
      isActive: true,
      isPreviewDisposition: false,
    })),
  };
}

function mediaTypes(): readonly object[] {
  return mediaCatalogue.map(({ id, name, subTypes }) => ({
    mediaTypeId: id,
    mediaTypeName: name,
    subTypes: subTypes.map((subType) => ({ subTypeId: subType.id, subTypeName: subType.name })),
  }));
}

/** The rows as an administrator left them at `at`: the first ones under another name, the last ones deleted. */
function editsOf(
  { firing }: Exchange,
  list: readonly object[],
  at: string,
): readonly { readonly row: object; readonly changedNow: boolean }[] {
  const countOf = (name: 'renameLookups' | 'dropLookups'): number => {
    const args = firing.get(name);
    return args === undefined ? 0 : (args.count ?? 1);
  };
  const renamed = countOf('renameLookups');
  return list.slice(0, Math.max(0, list.length - countOf('dropLookups'))).map((row, index) => {
    if (index >= renamed) return { row, changedNow: false };
    const entries = Object.entries(row).map(([key, value]: [string, unknown]) => {
      if (key === 'name' || key === nameKeyOf(row)) return [key, `${String(value)} (renamed)`];
      return key === 'lastUpdateTime' || key === 'lastUpdated' ? [key, at] : [key, value];
    });
    return { row: Object.fromEntries(entries) as object, changedNow: true };
  });
}

/** The member that names a row: of a row's ids and names, its own come first. */
function nameKeyOf(row: object): string | undefined {
  return Object.keys(row)[1];
}
