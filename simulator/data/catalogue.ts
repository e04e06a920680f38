/** The tenant's reference data: what contacts and agents point at. Fixed, whatever the seed. */

export interface MediaType {
  readonly id: number;
  readonly name: string;
  /** Share of all contacts. */
  readonly weight: number;
  readonly subTypes: readonly { readonly id: number; readonly name: string }[];
}

/** Ids and names as in contract §2.2; phone calls are the majority, as in most tenants. */
export const mediaCatalogue: readonly MediaType[] = [
  { id: 4, name: 'Phone Call', weight: 0.7, subTypes: [] },
  { id: 3, name: 'Chat', weight: 0.1, subTypes: [] },
  { id: 1, name: 'E-Mail', weight: 0.08, subTypes: [] },
  { id: 5, name: 'Voice Mail', weight: 0.03, subTypes: [] },
  { id: 6, name: 'Work Item', weight: 0.03, subTypes: [] },
  { id: 7, name: 'SMS', weight: 0.03, subTypes: [] },
  {
    id: 9,
    name: 'Digital',
    weight: 0.03,
    subTypes: [
      { id: 101, name: 'WhatsApp' },
      { id: 102, name: 'Apple Messages for Business' },
    ],
  },
];

/** Index of phone calls in `mediaCatalogue`; only they are recorded here. */
export const phone = 0;

export interface Campaign {
  readonly id: number;
  readonly name: string;
}

export const campaignCatalogue: readonly Campaign[] = [
  'Patient Services',
  'Pharmacy',
  'Billing',
  'Scheduling',
  'Outreach',
  'Digital Care',
].map((name, index) => ({ id: 7101 + index, name }));

export interface Skill {
  readonly id: number;
  readonly name: string;
  /** Index into `campaignCatalogue`. */
  readonly campaign: number;
  /** Index into `mediaCatalogue`. */
  readonly media: number;
}

const skillNames: readonly (readonly [name: string, campaign: number, media: number])[] = [
  ['Nurse Line', 0, 0],
  ['Appointments', 3, 0],
  ['Refills', 1, 0],
  ['Billing Questions', 2, 0],
  ['Referrals', 0, 0],
  ['Insurance', 2, 0],
  ['Español', 0, 0],
  ['Lab Results', 0, 0],
  ['Outbound Reminders', 4, 0],
  ['Prescription Transfers', 1, 0],
  ['Web Chat', 5, 1],
  ['Portal Help Chat', 5, 1],
  ['Mailbox', 5, 2],
  ['Billing Mailbox', 2, 2],
  ['After-Hours Voicemail', 0, 3],
  ['Fax Review', 3, 4],
  ['Text Reminders', 4, 5],
  ['Messaging', 5, 6],
];

export const skillCatalogue: readonly Skill[] = skillNames.map(([name, campaign, media], index) => ({
  id: 4501 + index,
  name,
  campaign,
  media,
}));

/** Indices of the skills that serve each media type. */
export const skillsOfMedia: readonly (readonly number[])[] = mediaCatalogue.map((_, media) =>
  skillCatalogue.flatMap((skill, index) => (skill.media === media ? [index] : [])),
);

/** Teams of the tenant; an agent's team is its index modulo their number. */
export const teamCatalogue: readonly { readonly id: number; readonly name: string }[] = [
  'North',
  'South',
  'East',
  'West',
  'Nights',
  'Weekends',
  'Pharmacy Desk',
  'Billing Desk',
].map((name, index) => ({ id: 9301 + index, name }));

export const dispositionCatalogue: readonly { readonly id: number; readonly name: string }[] = [
  'Resolved',
  'Call Back',
  'Escalated',
  'Wrong Number',
  'Left Message',
  'Appointment Made',
].map((name, index) => ({ id: 601 + index, name }));

export const transfers: readonly string[] = ['None', 'ReSkill', 'ReAgent', 'Consult', 'TakeOver', 'External'];

export const tags: readonly { readonly id: number; readonly name: string }[] = [
  { id: 31, name: 'Follow-up' },
  { id: 32, name: 'Complaint' },
  { id: 33, name: 'Interpreter' },
];

export const firstNames: readonly string[] = [
  'Ada',
  'Björn',
  'Chloé',
  'Dmitri',
  'Esi',
  'Fatima',
  'Goran',
  'Hana',
  'Inés',
  'Jamal',
  'Kaja',
  'Łukasz',
  'Mei',
];

export const lastNames: readonly string[] = [
  'Adeyemi',
  'Brandt',
  'Castillo',
  "D'Souza",
  'Eriksson',
  'Fujita',
  'Greene',
  'Horváth',
  'Ito',
  'Jovanović',
  'Kowalski',
];

export const ourBusinessUnit = 4599123;
