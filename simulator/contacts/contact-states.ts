import type { StampWriter } from '../data/calendar';
import { skillCatalogue } from '../data/catalogue';
import type { ContactFacts } from './contact-facts';
import { agentIdOf } from '../admin/agent-id';

/** The states a contact goes through, with ids of our own choosing: none are published. */
const stateNames = ['PreQueue', 'InQueue', 'Active', 'Released'] as const;

/**
 * The rows of `GET /contacts/{contactId}/state-history` (contract §2.5), also spelled `statehistory`: what the contact
 * went through until `now` (epoch ms), in order. A state has a duration once it is over.
 */
export function contactStates(facts: ContactFacts, now: number, stamp: StampWriter): readonly object[] {
  const { start, end, preQueue, inQueue, agent } = facts;
  const queued = Math.min(end, start + preQueue);
  const answered = agent < 0 ? end : Math.min(end, queued + inQueue);
  const starts = [start, queued, answered, end];
  return stateNames.flatMap((contactStateName, place) => {
    const at = starts[place] as number;
    const over = starts[place + 1] ?? at;
    const isPassed = place < stateNames.length - 1 && over === at;
    if (isPassed || at > now) return [];
    return {
      stateIndex: place,
      contactId: String(facts.contactId),
      contactStateId: place + 1,
      contactStateName,
      digitalContactStateId: null,
      digitalContactStateName: null,
      startDate: stamp(at),
      isWarehoused: facts.visibleAt <= now,
      agentId: place < 2 || agent < 0 ? null : agentIdOf(agent),
      skillId: skillCatalogue[facts.skill]?.id,
      skillName: skillCatalogue[facts.skill]?.name,
      duration: `PT${(Math.min(over, now) - at) / 1000}S`,
      divisionNo: 1,
    };
  });
}
