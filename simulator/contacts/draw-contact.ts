import { hourMs, minuteMs } from '../data/calendar';
import { mediaCatalogue, phone, skillsOfMedia } from '../data/catalogue';
import type { Dice } from '../data/random';
import type { Settings } from '../options';
import { type ContactFacts, never } from './contact-facts';

/** What the legs of an interaction have in common. */
type CallFacts = Pick<ContactFacts, 'media' | 'isRecorded' | 'isLogged' | 'isOutbound' | 'customer'>;

/** What is known of a leg before anything is drawn. */
interface Leg extends Pick<ContactFacts, 'contactId' | 'masterContactId' | 'leg' | 'start'> {
  /** Another leg of the interaction follows. */
  readonly isFollowed: boolean;
}

/** Draws what the legs of an interaction have in common. */
export function drawCall(dice: Dice, { loggedShare, recorder }: Settings): CallFacts {
  const media = drawMedia(dice);
  const isRecorded = media === phone && dice.chance(loggedShare);
  const isOutbound = media === phone && dice.chance(0.15);
  const customer = dice.below(10_000);
  return { media, isRecorded, isLogged: isRecorded && recorder === 'legacy', isOutbound, customer };
}

/**
 * Draws a leg. The order of the draws is part of the data.
 *
 * @param agents how many there are
 */
export function drawLeg(dice: Dice, call: CallFacts, leg: Leg, agents: number): ContactFacts {
  const { media, isRecorded, isOutbound } = call;
  const abandoned = media <= 1 && !isOutbound && !leg.isFollowed && dice.chance(0.07);
  const unanswered = abandoned || (media === 3 && dice.chance(0.5));
  const skills = skillsOfMedia[media] as readonly number[];
  const skill = skills[dice.below(skills.length)] as number;
  const agent = unanswered ? -1 : dice.below(agents);
  const isSlow = media === 2 || media === 4 || media === 6;
  const preQueue = dice.wait(9_000, 90_000);
  const inQueue = isSlow ? dice.wait(2 * hourMs, 12 * hourMs) : dice.wait(35_000, 900_000);
  const talk = unanswered ? 0 : 5_000 + dice.wait(isSlow ? 500_000 : 260_000, 1_800_000);
  const holdCount = unanswered || !dice.chance(0.3) ? 0 : 1 + dice.below(3);
  const hold = holdCount === 0 ? 0 : Math.floor(talk * dice.roll() * 0.4);
  const end = leg.start + preQueue + inQueue + talk;
  const acw = unanswered ? 0 : dice.wait(40_000, 240_000);
  const visibleAt = end + minuteMs + dice.below(14 * minuteMs);
  const acwAt = unanswered ? never : visibleAt + 4 * minuteMs + dice.below(2 * minuteMs);
  const analysed = visibleAt + hourMs + dice.below(10 * hourMs);
  const analyticsAt =
    isRecorded && dice.chance(0.6) ? Math.ceil(analysed / (15 * minuteMs)) * 15 * minuteMs : never;
  const correctedAt = dice.chance(0.01) ? analysed + 8 * hourMs + dice.below(8 * hourMs) : never;
  const subTypes = mediaCatalogue[media]?.subTypes.length ?? 0;
  return {
    contactId: leg.contactId,
    masterContactId: leg.masterContactId,
    leg: leg.leg,
    start: leg.start,
    end,
    visibleAt,
    acwAt,
    analyticsAt,
    correctedAt,
    media,
    subType: subTypes === 0 ? -1 : dice.below(subTypes),
    skill,
    agent,
    isOutbound,
    isRecorded,
    isLogged: call.isLogged,
    isRefused: agent >= 0 && dice.chance(0.03),
    isTakeover: agent >= 0 && dice.chance(0.01),
    abandoned,
    preQueue,
    inQueue,
    talk,
    hold,
    holdCount,
    acw,
    conference: holdCount > 0 && dice.chance(0.1) ? Math.floor(talk * 0.3) : 0,
    roll: dice.roll(),
    customer: call.customer,
  };
}

function drawMedia(dice: Dice): number {
  let left = dice.roll();
  for (let media = 0; media < mediaCatalogue.length; media++) {
    left -= mediaCatalogue[media]?.weight ?? 0;
    if (left < 0) return media;
  }
  return phone;
}
