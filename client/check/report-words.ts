import { codesWhere, permissions } from '../../errors';
import type { FindingCode } from './check';
import { grants, type GrantedFamily, roleMenu } from './permissions';

/** What the customer's administrator is asked to do about one finding. */
export interface Request {
  /** Absent: about everything that a check finds and no other request is for. */
  readonly codes?: readonly FindingCode[];
  readonly steps: readonly string[];
}

/** A check as the customer reads it. */
export interface Words {
  readonly title: string;
  /** What we do with it, or what is missing without it. */
  readonly purpose: string;
  readonly requests: readonly Request[];
}

/** Contract §4.6. */
const licence =
  'The Media Playback API needs a licence (SKU) of its own in your contract with NICE: ask NICE whether it is there.';

/** Steps of a customer for an API that is refused: CXone does not say which of them it is (contract §6). */
function grantSteps(family: GrantedFamily): readonly string[] {
  const { permission, form } = grants[family];
  return [
    `In CXone: ${roleMenu}. Switch on: ${permission}.`,
    `If that is on: ask NICE to add the API "${form}" to the registered application.`,
    ...(family === 'media' ? [licence] : []),
  ];
}

/** What CXone says where it refuses a part of the API. */
const refusalsOf = (family: GrantedFamily): readonly FindingCode[] =>
  codesWhere(({ refuses }) => refuses === 'token' || refuses === family);

const environment =
  'Let us know in which environment your CXone runs: commercial, FedRAMP, or sovereign (Australia, Europe, United Kingdom).';
const keyMenu = 'Admin > Employees > the service user > Security > Access Keys';
const dataView = `In CXone: ${roleMenu}. Let its data view cover all teams and all skills.`;

/** By the names of the checks. A check or a finding that is not here asks nothing of the customer. */
export const words: Readonly<Record<string, Words>> = {
  discovery: {
    title: 'The address of your CXone',
    purpose: 'Everything begins at the address of your environment.',
    requests: [{ codes: ['IssuerUnknown'], steps: [environment] }],
  },
  application: {
    title: 'The registered application (client ID and client secret)',
    purpose: 'CXone knows us by the application that you registered on NICE’s developer portal.',
    requests: [
      {
        codes: ['InvalidClient', 'TokenRefused'],
        steps: [
          'Send us client ID and client secret once more, whole and by a secure way. They came from NICE by e-mail, in a ZIP file with a password.',
          'If you registered the application within the last three business days: ask NICE whether it is approved.',
          environment,
        ],
      },
    ],
  },
  'access-key': {
    title: 'The access key of the service user',
    purpose: 'We sign in as the service user, by its access key.',
    requests: [
      {
        codes: ['InvalidAccessKey'],
        steps: [
          `In CXone: ${keyMenu}. The key we were given must be there and active.`,
          'The same page, General: the user must be active and not locked.',
          'If both are so: generate a new access key there and send us both halves by a secure way. The secret is shown once; it ends in "====", which belongs to it.',
        ],
      },
    ],
  },
  token: { title: 'The sign-in', purpose: 'CXone says whose sign-in it is.', requests: [] },
  tenant: {
    title: 'Your tenant',
    purpose: 'CXone says where the APIs of your tenant are.',
    requests: [{ codes: ['TenantUnknown'], steps: [environment] }],
  },
  contacts: {
    title: 'Contacts',
    purpose: 'We read calls and other contacts from the Reporting API.',
    requests: [
      { codes: refusalsOf('contacts'), steps: grantSteps('contacts') },
      {
        codes: ['NoContacts'],
        steps: [dataView, 'If there were no contacts in the last 30 days, nothing is wrong.'],
      },
    ],
  },
  agents: {
    title: 'Agents',
    purpose:
      'We read the agents behind the contacts. An agent that is hidden from the service user hides contacts, too.',
    requests: [
      { codes: refusalsOf('agents'), steps: grantSteps('agents') },
      {
        codes: ['HiddenAgents', 'NoAgents'],
        steps: [`In CXone: ${roleMenu}. Switch on: ${permissions.agents}.`, dataView],
      },
    ],
  },
  'look-ups': {
    title: 'Names of skills, campaigns, teams and dispositions',
    purpose: 'We read the lists that contacts refer to.',
    requests: [{ codes: refusalsOf('lookups'), steps: grantSteps('lookups') }],
  },
  filters: {
    title: 'The skills, campaigns or media types that were agreed on',
    purpose:
      'Only contacts of the agreed skills, campaigns or media types are read. An id that CXone does not show yields none.',
    requests: [
      { codes: refusalsOf('lookups'), steps: grantSteps('lookups') },
      {
        codes: ['UnknownFilter'],
        steps: ['Let us know whether the ids below are right.', `If they are: ${dataView}`],
      },
    ],
  },
  clock: { title: 'Clocks', purpose: 'CXone’s clock and ours agree.', requests: [] },
  'media-playback': {
    title: 'Recordings',
    purpose: 'We find the recordings of calls through the Media Playback API.',
    requests: [
      { codes: refusalsOf('media'), steps: grantSteps('media') },
      { codes: ['NotFound', 'Throttled'], steps: [licence] },
      {
        codes: ['NoRecording'],
        steps: [
          'Play one of the calls named below in CXone, signed in as the service user.',
          `If it plays for others only: ${roleMenu}. Switch on: ${permissions.media}.`,
          'If it plays for no one: let us know whether recording is switched on and licensed, and how long recordings are kept.',
        ],
      },
    ],
  },
  download: {
    title: 'The files of recordings',
    purpose: 'We fetch the files from where CXone keeps them.',
    requests: [],
  },
  sentiments: {
    title: 'Sentiments and categories',
    purpose: 'Where you have Interaction Analytics, we can read its sentiments and categories.',
    requests: [
      {
        codes: ['NoSentiments'],
        steps: [`Only if you have Interaction Analytics: ${roleMenu}. Switch on: ${permissions.sentiments}.`],
      },
    ],
  },
  extraction: {
    title: 'Data Extraction',
    purpose: 'Data Extraction says which interactions have a recording, and gives evaluations.',
    requests: [
      { codes: refusalsOf('extraction'), steps: grantSteps('extraction') },
      { codes: ['NotFound'], steps: ['Ask NICE whether your contract includes Data Extraction.'] },
    ],
  },
  evaluations: {
    title: 'Evaluations',
    purpose: 'Scores and evaluators of Quality Management; a job of Data Extraction gives them.',
    requests: [
      {
        codes: ['NotTestable'],
        steps: [
          `In CXone: ${roleMenu}. Switch on: ${permissions.viewEvaluations}; and ${permissions.evaluations}.`,
        ],
      },
    ],
  },
};
