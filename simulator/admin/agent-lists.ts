import { agentIdOf } from './agent-id';
import type { Agents } from './agents';
import { minuteMs, type StampWriter } from '../data/calendar';
import { ourBusinessUnit, campaignCatalogue, mediaCatalogue, skillCatalogue } from '../data/catalogue';
import type { Exchange } from '../http/exchange';
import { largestPage, linksOf } from '../http/links';
import { fieldsOf, readInteger } from '../http/parameters';
import { fraction } from '../data/random';
import { empty, json, type Reply } from '../http/reply';

/** Lists about agents that only other clients read (contract §3.3): NicePy does. */
export type AgentLists = ReturnType<typeof createAgentLists>;

const skillsEach = 3;
const stateNames = ['Available', 'InboundContact', 'Unavailable', 'LoggedOut'] as const;

/** Creates the lists. */
export function createAgentLists(seed: number, agents: Agents, stamp: StampWriter, address: () => string) {
  /** `GET /agents/skills`: who works on what. `_links.next` is null on the last page, as that client relies on. */
  const skills = ({ parameters, path, now }: Exchange): Reply => {
    const mediaTypeId = readInteger(parameters, 'mediaTypeId');
    const skip = readInteger(parameters, 'skip') ?? 0;
    const top = Math.min(readInteger(parameters, 'top') ?? largestPage, largestPage);
    const all = Array.from({ length: agents.count * skillsEach }, (_, place) =>
      assignment(Math.floor(place / skillsEach), place % skillsEach, now),
    ).filter(({ mediaType }) => mediaTypeId === undefined || mediaType === mediaTypeId);
    const rows = all.slice(skip, skip + top);
    if (rows.length === 0) return empty(204);
    return json(200, {
      businessUnitId: ourBusinessUnit,
      lastPollTime: stamp(now),
      totalRecords: all.length,
      _links: {
        next: null,
        ...linksOf(`${address()}${path}`, parameters, { skip, top, count: rows.length, total: all.length }),
      },
      agentSkillAssignments: rows.map((row) => fieldsOf(row, parameters)),
    });
  };

  const assignment = (agent: number, place: number, now: number) => {
    const { firstName, lastName, isActive, teamId } = agents.record(agent, now);
    const skill = skillCatalogue[
      (agent + place * 5) % skillCatalogue.length
    ] as (typeof skillCatalogue)[number];
    return {
      agentId: agentIdOf(agent),
      agentName: `${String(firstName)} ${String(lastName)}`,
      isAgentActive: isActive,
      teamId,
      skillId: skill.id,
      skillName: skill.name,
      isSkillActive: true,
      isActive: true,
      isOutbound: false,
      campaignId: campaignCatalogue[skill.campaign]?.id,
      campaignName: campaignCatalogue[skill.campaign]?.name,
      mediaType: mediaCatalogue[skill.media]?.id,
      mediaTypeName: mediaCatalogue[skill.media]?.name,
      agentProficiencyValue: 1 + place,
    };
  };

  /** `GET /agents-states`, also met as `/agents/states`: the current state of each agent. */
  const states = ({ parameters, now }: Exchange): Reply =>
    json(200, {
      agentStates: Array.from({ length: agents.count }, (_, agent) => {
        const { firstName, lastName, userName, isActive, teamId, teamName } = agents.record(agent, now);
        const since =
          Math.floor(now / minuteMs) - Math.floor(fraction(seed, agent, Math.floor(now / minuteMs), 71) * 30);
        const place = Math.floor(fraction(seed, agent, since, 72) * stateNames.length);
        const row = {
          agentStateId: place + 1,
          agentStateName: stateNames[place],
          businessUnitId: ourBusinessUnit,
          ...{ firstName, lastName, userName, isActive, teamId, teamName },
          // Always with its milliseconds: that client reads no other form.
          startDate: new Date(since * minuteMs).toISOString(),
          lastUpdateTime: new Date(since * minuteMs).toISOString(),
        };
        return fieldsOf(row, parameters);
      }),
    });

  return { skills, states };
}
