import type { ClockFinding } from '../../cxone';
import { span } from './output';

const names: Readonly<Record<ClockFinding['clock'], readonly [string, string]>> = {
  lastPollTime: [
    'CXone’s word for its clock (lastPollTime)',
    'the Date header of its answers and the clock of our machine',
  ],
  date: [
    'The Date header of CXone’s answers, or of a proxy’s in between,',
    'CXone’s own word (lastPollTime) and the clock of our machine',
  ],
  ours: ['The clock of our machine', 'CXone’s own word (lastPollTime) and the Date header of its answers'],
};

/** Which clock is wrong, and by how much. */
export function clockText({ clock, offByMs }: ClockFinding): string {
  const [one, others] = names[clock];
  return `${one} is ${span(Math.abs(offByMs) / 1_000)} ${offByMs < 0 ? 'behind' : 'ahead of'} ${others}.`;
}

/** What to do about it. */
export function clockRemedy({ clock }: ClockFinding): string {
  return clock === 'ours'
    ? 'Let this machine, and those of the workers, set their clocks by the network (NTP).'
    : 'Nothing is lost: the live sync goes by the earliest clock, at the price of a lag. Ask NICE why their clocks differ.';
}
