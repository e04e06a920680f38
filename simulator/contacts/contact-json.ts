import type { StampWriter } from '../data/calendar';
import {
  campaignCatalogue,
  dispositionCatalogue,
  firstNames,
  lastNames,
  mediaCatalogue,
  skillCatalogue,
  tags,
  teamCatalogue,
  transfers,
} from '../data/catalogue';
import { agentIdOf } from '../admin/agent-id';
import { addressesOf, dispositionOf } from './call-details';
import { type ContactFacts, lastUpdateOf } from './contact-facts';

/** Writes a contact as the API of v27 and later serves it at a moment (epoch ms): a flat JSON object (contract §2.2). */
export type ContactWriter = (facts: ContactFacts, now: number) => string;

// Members that always go together, put into text once.
const member = (name: string, value: unknown): string => `,"${name}":${JSON.stringify(value)}`;
const skillPart = skillCatalogue.map(
  (skill, index) =>
    member('skillId', skill.id) +
    member('skillName', skill.name) +
    member('campaignId', campaignCatalogue[skill.campaign]?.id) +
    member('campaignName', campaignCatalogue[skill.campaign]?.name) +
    member('pointOfContactId', 880_101 + index) +
    member('pointOfContactName', `Entry ${index + 1}`),
);
const teamPart = teamCatalogue.map((team) => member('teamId', team.id) + member('teamName', team.name));
const noAgentPart = ['agentId', 'firstName', 'lastName', 'teamId', 'teamName']
  .map((name) => member(name, null))
  .join('');
const firstNameMembers = firstNames.map((name) => member('firstName', name));
const lastNameMembers = lastNames.map((name) => member('lastName', name));
const transferPart = transfers.map(
  (name, index) => member('transferIndicatorId', index) + member('transferIndicatorName', name),
);
/** By media type; the members of the n-th sub-type stand at n + 1. */
const mediaPart = mediaCatalogue.map((media) =>
  [null, ...media.subTypes].map(
    (subType) =>
      member('mediaSubTypeId', subType?.id ?? null) +
      member('mediaSubTypeName', subType?.name ?? null) +
      member('mediaTypeId', media.id) +
      member('mediaTypeName', media.name),
  ),
);
const endReason = ['Contact Hung Up', 'Agent Hung Up', 'Transferred', 'System', null].map((reason) =>
  member('endReason', reason),
);
/** What follows the whole seconds, by milliseconds: `.5` for 500, nothing for 0. */
const fractionTexts = Array.from({ length: 1000 }, (_, ms) => String(ms / 1000).slice(1));

/** Milliseconds as seconds: what `String(ms / 1000)` gives, without the cost of formatting a double. */
function seconds(ms: number): string {
  const whole = Math.floor(ms / 1000);
  return `${whole}${fractionTexts[ms - whole * 1000]}`;
}

/**
 * Creates a writer. Text is put together directly: building objects first and serialising them costs three times
 * as much, and the simulator must not be what a benchmark measures.
 * @param noteCanary a word that stands in every free-text note
 */
export function createContactWriter(stamp: StampWriter, noteCanary: string): ContactWriter {
  const notes = [
    `Caller asked for a refill, ${noteCanary}`,
    `Says "tomorrow is fine" – ${noteCanary}`,
    `Rückruf vereinbart ☎ ${noteCanary}\nsecond line`,
    `Verified date of birth; ${noteCanary}; results by mail`,
  ].map((note) => JSON.stringify(note));

  return (facts, now) => {
    const { agent, roll, contactId } = facts;
    const acwDone = facts.acwAt <= now;
    const corrected = facts.correctedAt <= now;
    const analysed = facts.analyticsAt <= now;
    const hasNotes = acwDone && (roll < 0.2 || corrected);
    const disposition = dispositionOf(facts, now);
    const { from, to } = addressesOf(facts);
    const transfer = facts.leg === 0 ? 0 : 1 + (Math.floor(roll * 31) % (transfers.length - 1));
    return (
      `{"abandoned":${facts.abandoned},"abandonSeconds":${facts.abandoned ? seconds(facts.inQueue) : '0'}` +
      `,"acwSeconds":${acwDone ? seconds(facts.acw) : '0'},"agentSeconds":${seconds(facts.talk)}` +
      (agent < 0 ? noAgentPart : agentPart(agent)) +
      `,"analyticsProcessedDate":${analysed ? `"${stamp(facts.analyticsAt)}"` : 'null'}` +
      `,"callbackTime":${roll > 0.97 ? Math.floor(roll * 300) : 0}` +
      `,"conferenceSeconds":${seconds(facts.conference)},"contactId":${contactId}` +
      `,"contactStartDate":"${stamp(facts.start)}"` +
      `,"dateACWWarehoused":${acwDone ? `"${stamp(facts.acwAt)}"` : 'null'}` +
      `,"dateContactWarehoused":"${stamp(facts.visibleAt)}"` +
      `,"dispositionNotes":${hasNotes ? notes[contactId % notes.length] : 'null'}` +
      `,"divisionNo":${roll < 0.02 ? 'null' : '1'}${endReason[Math.floor(roll * endReason.length)]}` +
      `,"fromAddress":"${from}","toAddress":"${to}"` +
      `,"highProficiency":${1 + (contactId % 3)},"lowProficiency":20` +
      `,"holdCount":${facts.holdCount},"holdSeconds":${seconds(facts.hold)}` +
      `,"inQueueSeconds":${seconds(facts.inQueue)},"isAnalyticsProcessed":${analysed}` +
      `,"isLogged":${facts.isLogged},"isOutbound":${facts.isOutbound},"isRefused":${facts.isRefused}` +
      `,"isShortAbandon":${facts.abandoned && facts.inQueue < 5000},"isTakeover":${facts.isTakeover}` +
      `,"lastUpdateTime":"${stamp(lastUpdateOf(facts, now))}","masterContactId":${facts.masterContactId}` +
      `${mediaPart[facts.media]?.[facts.subType + 1]},"postQueueSeconds":0,"preQueueSeconds":${seconds(facts.preQueue)}` +
      `,"primaryDispositionId":${acwDone ? dispositionCatalogue[disposition]?.id : 'null'}` +
      (facts.isRefused
        ? ',"refuseReason":"No answer","refuseTime":"15"'
        : ',"refuseReason":null,"refuseTime":null') +
      `,"releaseSeconds":${seconds(Math.floor(roll * 900))},"routingAttribute":0,"routingTime":${Math.floor(roll * 12)}` +
      `,"secondaryDispositionId":${acwDone && roll > 0.8 ? dispositionCatalogue[(disposition + 2) % dispositionCatalogue.length]?.id : 'null'}` +
      `,"serviceLevelFlag":${facts.inQueue < 30_000 ? '0' : '1'}${skillPart[facts.skill]}` +
      `,"totalDurationSeconds":${seconds(facts.end - facts.start)}${transferPart[transfer]}}`
    );
  };
}

function agentPart(agent: number): string {
  const names = `${firstNameMembers[agent % firstNameMembers.length]}${lastNameMembers[agent % lastNameMembers.length]}`;
  return `,"agentId":${agentIdOf(agent)}${names}${teamPart[agent % teamPart.length]}`;
}

/** The `tags` of a contact, which the API adds when asked for (`tags=true`): none, one or two. */
export function tagsOf(contactId: number): readonly object[] {
  return tags.slice(0, contactId % 7 === 0 ? 2 : contactId % 5 === 0 ? 1 : 0).map((tag) => ({
    contactId,
    tagId: tag.id,
    tagName: tag.name,
  }));
}
