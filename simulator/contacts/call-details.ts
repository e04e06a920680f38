import { dispositionCatalogue } from '../data/catalogue';
import type { ContactFacts } from './contact-facts';

/** What every phone number contains, with or without a plus sign; nothing else does. */
export const phoneCanary = '19995550';

/** Who called whom, as contacts and extracts say it. */
export function addressesOf(facts: ContactFacts): { readonly from: string; readonly to: string } {
  const { roll, isOutbound } = facts;
  const customer = `${roll < 0.6 ? '+' : ''}${phoneCanary}${String(facts.customer).padStart(4, '0')}`;
  const office = `+${phoneCanary}99${String(facts.skill).padStart(2, '0')}`;
  return isOutbound ? { from: office, to: customer } : { from: customer, to: office };
}

/** Index into `dispositionCatalogue`; counts once after-call work is done. */
export function dispositionOf({ roll, correctedAt }: ContactFacts, now: number): number {
  return (Math.floor(roll * 97) + (correctedAt <= now ? 1 : 0)) % dispositionCatalogue.length;
}
