import { type ApiFamily, mediaPlaybackSku, permissions } from '../../errors';

/** Where in CXone's menu the service user's rights are set. */
export const roleMenu = 'Admin > Security Settings > Roles & Permissions > the role of the service user';

/** Families of the API that a customer grants one by one: by permission, and by the registration form. */
export type GrantedFamily = Extract<ApiFamily, 'contacts' | 'agents' | 'lookups' | 'media' | 'extraction'>;

/** The permission as the customer's administrator finds it, and the API as the registration form calls it. */
interface Grant {
  readonly permission: string;
  readonly form: string;
  /** What else the API needs. */
  readonly more?: string;
}

/** customer-setup.md and contract §6: what each family needs. */
export const grants: Readonly<Record<GrantedFamily, Grant>> = {
  contacts: { permission: permissions.contacts, form: 'Reporting – Contacts' },
  agents: { permission: permissions.agents, form: 'Admin – Agents' },
  lookups: { permission: permissions.lookups, form: 'Admin – Agents' },
  media: { permission: permissions.media, form: 'Media Playback', more: `${mediaPlaybackSku}.` },
  extraction: { permission: permissions.extraction, form: 'Data Extraction' },
};

/** A refusal does not say which of the two places is meant (contract §6), so both are named. */
export function grantRemedy(family: GrantedFamily): string {
  const { permission, form, more } = grants[family];
  return (
    `1. In CXone: ${roleMenu}: ${permission}. 2. If that is set, the registration form at NICE’s developer portal: ` +
    `the API "${form}" must be ticked for the application (ask NICE to add it).` +
    (more === undefined ? '' : ` 3. ${more}`)
  );
}
