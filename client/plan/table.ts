import { count, size } from '../command/output';
import type { Plan } from './estimate';

/** The plan in lines, each figure with what it rests on. */
export function planText(plan: Plan, window: string): readonly string[] {
  const { requests, bytes, assumptions } = plan;
  const rows: readonly (readonly [string, string])[] = [
    ['windows', `${count(plan.windows)} of ${window}`],
    [
      'contacts',
      `${count(plan.contacts)}, of these ${count(plan.loggedContacts)} logged and ` +
        `${count(plan.recordableContacts)} that may have a recording (counted by CXone)`,
    ],
    [
      'calls',
      `${count(plan.calls)} that probably have a recording, ${count(plan.unlikelyCalls)} that probably have none ` +
        `(${share(assumptions.callsPerContact)} calls a contact)`,
    ],
    ['agents', count(plan.agents)],
    ['requests', `Reporting ${count(requests.contacts)} (at most ${count(requests.contactsAtMost)})`],
    ['', `Admin ${count(requests.agents)}, and agents seen for the first time`],
    ['', `Media Playback ${count(requests.media)}: ${hours(plan.mediaHours)} under the tenant’s quota`],
    [
      '',
      `and ${count(requests.mediaWhenIdle)}, ${hours(plan.mediaIdleHours)}, when quota is left: nothing waits for them`,
    ],
    [
      'database',
      `${size(bytes.database)} of contact rows with their indexes; ${size(bytes.landing)} of pages as received, for a while`,
    ],
    [
      'recordings',
      `${size(bytes.recordings)} at ${count(assumptions.recordingBytesPerSecond)} bytes a second of call`,
    ],
    [
      'assuming',
      `${assumptions.secondsPerContact.toFixed(0)} s and ${size(assumptions.jsonBytesPerContact)} of JSON a contact ` +
        `(means of ${count(assumptions.sampledContacts)} sampled), ${assumptions.databaseBytesPerJsonByte} bytes of ` +
        'database a byte of JSON, telephone audio without compression and no screen recordings',
    ],
  ];
  return rows.map(([name, text]) => `${name.padEnd(11)} ${text}`);
}

/** Hours for planning: minutes below two hours, days beyond two days. */
function hours(value: number): string {
  if (value < 2) return `${Math.ceil(value * 60)} min`;
  return value < 48
    ? `${value.toFixed(1)} h`
    : `${count(Math.round(value))} h (${(value / 24).toFixed(1)} days)`;
}

function share(value: number): string {
  return value.toFixed(2);
}
