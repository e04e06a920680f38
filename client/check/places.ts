import type { ApiFamily } from '../../cxone';

/** Where in CXone's menu the service user's rights are set. */
export const roleMenu = 'Admin > Security Settings > Roles & Permissions > the role of the service user';

/** Families of the API that a customer grants one by one: by permission, and by the registration form. */
export type GrantedFamily = Extract<ApiFamily, 'contacts' | 'agents' | 'lookups' | 'media' | 'extraction'>;

/** The permission as the customer's administrator finds it, and the API as the registration form calls it. */
interface Grant {
  readonly permission: string;
  readonly form: string;
}

/** customer-setup.md and contract §6: what each family needs. */
export const grants: Readonly<Record<GrantedFamily, Grant>> = {
  contacts: {
    permission:
      'Search & Playback > Search permissions > Search interactions = On and Export search results = On (and the ' +
      'Reporting permission for ACD Contact History)',
    form: 'Reporting – Contacts',
  },
  agents: { permission: 'Admin > Employees > View', form: 'Admin – Agents' },
  lookups: {
    permission: 'Admin > Employees > View (and View of ACD > Skills and ACD > Campaigns)',
    form: 'Admin – Agents',
  },
  media: {
    permission:
      'Search & Playback > Player permissions > Play/download recordings = Enabled (Play Any & Download)',
    form: 'Media Playback',
  },
  extraction: {
    permission: 'Search & Playback > APIs permissions > Extract interaction metadata = On',
    form: 'Data Extraction',
  },
};

/** What evaluations by Data Extraction need besides (contract §10). */
export const qmWorkflowPermission = 'QM Tools > Data Extraction APIs > QM Workflow API';

/** A refusal does not say which of the two places is meant (contract §6), so both are named. */
export function grantRemedy(family: GrantedFamily): string {
  const { permission, form } = grants[family];
  return (
    `1. In CXone: ${roleMenu}: ${permission}. 2. If that is set, the registration form at NICE’s developer portal: ` +
    `the API "${form}" must be ticked for the application (ask NICE to add it).`
  );
}
