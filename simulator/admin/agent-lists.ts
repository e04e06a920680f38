import { agentIdOf } from './agent-id';
import type { Agents } from './agents';
import type { StampWriter } from '../data/calendar';
import { MINUTE } from '../data/calendar';
import { BUSINESS_UNIT_ID, CAMPAIGNS, MEDIA_TYPES, SKILLS } from '../data/catalogue';
import type { Exchange } from '../http/exchange';
import { LARGEST_PAGE, linksOf } from '../http/links';
import { fieldsOf, readInteger } from '../http/parameters';
import { fraction } from '../data/random';
import type { Reply } from '../http/reply';
import { empty, json } from '../http/reply';

/** Lists about agents that only other clients read (contract §3.3): NicePy does. */
export type AgentLists = ReturnType<typeof createAgentLists>;

const SKILLS_EACH = 3;
const STATES = ['Available', 'InboundContact', 'Unavailable', 'LoggedOut'] as const;

/** Creates the lists. */
export function createAgentLists(seed: number, agents: Agents, stamp: StampWriter, address: () => string) {
  /** `GET /agents/skills`: who works on what. `_links.next` is null on the last page, as that client relies on. */
  const skills = ({ parameters, path, now }: Exchange): Reply => {
    const mediaTypeId = readInteger(parameters, 'mediaTypeId');
    const skip = readInteger(parameters, 'skip') ?? 0;
    const top = Math.min(readInteger(parameters, 'top') ?? LARGEST_PAGE, LARGEST_PAGE);
    const all = Array.from({ length: agents.count * SKILLS_EACH }, (_, place) =>
      assignment(Math.floor(place / SKILLS_EACH), place % SKILLS_EACH, now),
    ).filter(({ mediaType }) => mediaTypeId === undefined || mediaType === mediaTypeId);
    const rows = all.slice(skip, skip + top);
    if (rows.length === 0) return empty(204);
    return json(200, {
      businessUnitId: BUSINESS_UNIT_ID,
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
    const skill = SKILLS[(agent + place * 5) % SKILLS.length] as (typeof SKILLS)[number];
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
      campaignId: CAMPAIGNS[skill.campaign]?.id,
      campaignName: CAMPAIGNS[skill.campaign]?.name,
      mediaType: MEDIA_TYPES[skill.media]?.id,
      mediaTypeName: MEDIA_TYPES[skill.media]?.name,
      agentProficiencyValue: 1 + place,
    };
  };

  /** `GET /agents-states`, also met as `/agents/states`: the current state of each agent. */
  const states = ({ parameters, now }: Exchange): Reply =>
    json(200, {
      agentStates: Array.from({ length: agents.count }, (_, agent) => {
        const { firstName, lastName, userName, isActive, teamId, teamName } = agents.record(agent, now);
        const since =
          Math.floor(now / MINUTE) - Math.floor(fraction(seed, agent, Math.floor(now / MINUTE), 71) * 30);
        const place = Math.floor(fraction(seed, agent, since, 72) * STATES.length);
        const row = {
          agentStateId: place + 1,
          agentStateName: STATES[place],
          businessUnitId: BUSINESS_UNIT_ID,
          ...{ firstName, lastName, userName, isActive, teamId, teamName },
          // Always with its milliseconds: that client reads no other form.
          startDate: new Date(since * MINUTE).toISOString(),
          lastUpdateTime: new Date(since * MINUTE).toISOString(),
        };
        return fieldsOf(row, parameters);
      }),
    });

  return { skills, states };
}
