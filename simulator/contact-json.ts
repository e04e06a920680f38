import type { StampWriter } from './calendar';
import {
  CAMPAIGNS,
  DISPOSITIONS,
  FIRST_NAMES,
  LAST_NAMES,
  MEDIA_TYPES,
  SKILLS,
  TAGS,
  TEAMS,
  TRANSFERS,
} from './catalogue';
import { agentIdOf } from './agent-id';
import type { ContactFacts } from './contact-facts';
import { lastUpdateOf } from './contact-facts';

/** Writes a contact as the API of v27 and later serves it at a moment (epoch ms): a flat JSON object (contract §2.2). */
export type ContactWriter = (facts: ContactFacts, now: number) => string;

/** What every phone number contains, with or without a plus sign; nothing else does. */
export const PHONE_CANARY = '19995550';

const quoted = (names: readonly { readonly name: string }[]): readonly string[] =>
  names.map(({ name }) => JSON.stringify(name));
const SKILL = quoted(SKILLS);
const CAMPAIGN = quoted(CAMPAIGNS);
const TEAM = quoted(TEAMS);
const MEDIA = quoted(MEDIA_TYPES);
const TRANSFER = TRANSFERS.map((name) => JSON.stringify(name));
const END_REASON = ['"Contact Hung Up"', '"Agent Hung Up"', '"Transferred"', '"System"', 'null'] as const;

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
    const { media, skill: skillIndex, agent, whim } = facts;
    const skill = SKILLS[skillIndex] as (typeof SKILLS)[number];
    const campaign = CAMPAIGNS[skill.campaign] as (typeof CAMPAIGNS)[number];
    const team = agent < 0 ? -1 : agent % TEAMS.length;
    const subType = facts.subType < 0 ? undefined : MEDIA_TYPES[media]?.subTypes[facts.subType];
    const acwDone = facts.acwAt <= now;
    const corrected = facts.correctedAt <= now;
    const analysed = facts.analyticsAt <= now;
    const secondary = acwDone && whim > 0.8;
    const disposition = (Math.floor(whim * 97) + (corrected ? 1 : 0)) % DISPOSITIONS.length;
    const customer = `${whim < 0.6 ? '+' : ''}${PHONE_CANARY}${String(facts.customer).padStart(4, '0')}`;
    const office = `+${PHONE_CANARY}99${String(skillIndex).padStart(2, '0')}`;
    const transfer = facts.leg === 0 ? 0 : 1 + (Math.floor(whim * 31) % (TRANSFERS.length - 1));
    return (
      `{"abandoned":${facts.abandoned},"abandonSeconds":${facts.abandoned ? facts.inQueue / 1000 : 0}` +
      `,"acwSeconds":${acwDone ? facts.acw / 1000 : 0}` +
      `,"agentId":${agent < 0 ? 'null' : agentIdOf(agent)},"agentSeconds":${facts.talk / 1000}` +
      `,"analyticsProcessedDate":${analysed ? `"${stamp(facts.analyticsAt)}"` : 'null'}` +
      `,"callbackTime":${whim > 0.97 ? Math.floor(whim * 300) : 0}` +
      `,"campaignId":${campaign.id},"campaignName":${CAMPAIGN[skill.campaign]}` +
      `,"conferenceSeconds":${facts.conference / 1000},"contactId":${facts.contactId}` +
      `,"contactStartDate":"${stamp(facts.start)}"` +
      `,"dateACWWarehoused":${acwDone ? `"${stamp(facts.acwAt)}"` : 'null'}` +
      `,"dateContactWarehoused":"${stamp(facts.visibleAt)}"` +
      `,"dispositionNotes":${acwDone && (whim < 0.2 || corrected) ? notes[facts.contactId % notes.length] : 'null'}` +
      `,"divisionNo":${whim < 0.02 ? 'null' : 1}` +
      `,"endReason":${END_REASON[Math.floor(whim * END_REASON.length)]}` +
      `,"firstName":${agent < 0 ? 'null' : FIRST[agent % FIRST.length]}` +
      `,"fromAddress":"${facts.isOutbound ? office : customer}"` +
      `,"highProficiency":${1 + (facts.contactId % 3)},"holdCount":${facts.holdCount},"holdSeconds":${facts.hold / 1000}` +
      `,"inQueueSeconds":${facts.inQueue / 1000},"isAnalyticsProcessed":${analysed}` +
      `,"isLogged":${facts.isLogged},"isOutbound":${facts.isOutbound},"isRefused":${facts.isRefused}` +
      `,"isShortAbandon":${facts.abandoned && facts.inQueue < 5000},"isTakeover":${facts.isTakeover}` +
      `,"lastName":${agent < 0 ? 'null' : LAST[agent % LAST.length]}` +
      `,"lastUpdateTime":"${stamp(lastUpdateOf(facts, now))}","lowProficiency":20` +
      `,"masterContactId":${facts.masterContactId}` +
      `,"mediaSubTypeId":${subType?.id ?? 'null'},"mediaSubTypeName":${subType ? `"${subType.name}"` : 'null'}` +
      `,"mediaTypeId":${MEDIA_TYPES[media]?.id},"mediaTypeName":${MEDIA[media]}` +
      `,"pointOfContactId":${880_100 + skillIndex},"pointOfContactName":"Entry ${skillIndex}"` +
      `,"postQueueSeconds":0,"preQueueSeconds":${facts.preQueue / 1000}` +
      `,"primaryDispositionId":${acwDone ? DISPOSITIONS[disposition]?.id : 'null'}` +
      `,"refuseReason":${facts.isRefused ? '"No answer"' : 'null'},"refuseTime":${facts.isRefused ? '"15"' : 'null'}` +
      `,"releaseSeconds":${Math.floor(whim * 900) / 1000},"routingAttribute":0,"routingTime":${Math.floor(whim * 12)}` +
      `,"secondaryDispositionId":${secondary ? DISPOSITIONS[(disposition + 2) % DISPOSITIONS.length]?.id : 'null'}` +
      `,"serviceLevelFlag":${facts.inQueue < 30_000 ? 0 : 1},"skillId":${skill.id},"skillName":${SKILL[skillIndex]}` +
      `,"teamId":${team < 0 ? 'null' : TEAMS[team]?.id},"teamName":${team < 0 ? 'null' : TEAM[team]}` +
      `,"toAddress":"${facts.isOutbound ? customer : office}"` +
      `,"totalDurationSeconds":${(facts.end - facts.start) / 1000}` +
      `,"transferIndicatorId":${transfer},"transferIndicatorName":${TRANSFER[transfer]}}`
    );
  };
}

const FIRST = FIRST_NAMES.map((name) => JSON.stringify(name));
const LAST = LAST_NAMES.map((name) => JSON.stringify(name));

/** The `tags` of a contact, which the API adds when asked for (`tags=true`): none, one or two. */
export function tagsOf(contactId: number): readonly object[] {
  return TAGS.slice(0, contactId % 7 === 0 ? 2 : contactId % 5 === 0 ? 1 : 0).map((tag) => ({
    contactId,
    tagId: tag.id,
    tagName: tag.name,
  }));
}
