import { type ErrorRow, ordinary } from './error-row';
import { mediaPlaybackSku, permissions } from './permissions';

/** What is most likely missing on a 403, by its menu path (contract §6). */
const permission = (path: string) =>
  `In CXone, give a role of the service user this permission: ${path}. ` +
  'If it has it, the registration of the application may lack this API.';

/** Signing in, and what the service user may see. */
export const cxoneAccessErrors = {
  InvalidClient: {
    kind: 'operator',
    scope: 'tenant',
    resume: 'step',
    ...ordinary,
    message: 'CXone does not accept the client ID and client secret.',
    remedy:
      'Check clientId and clientSecret in the tenants file against the e-mail NICE sent for the registered ' +
      'application; then the other clientAuthentication, which CXone refuses with the same answer as a wrong secret; ' +
      'then whether NICE has approved the application (1-3 business days).',
  },
  InvalidAccessKey: {
    kind: 'operator',
    scope: 'tenant',
    resume: 'step',
    ...ordinary,
    message: 'CXone does not accept the access key of the service user.',
    remedy:
      'Check accessKeyId and accessKeySecret in the tenants file; in CXone, Admin > Employees > the service user > ' +
      'Security > Access Keys must show the key as active and the user as active and not locked.',
  },
  TokenRefused: {
    kind: 'operator',
    scope: 'tenant',
    resume: 'step',
    ...ordinary,
    message: 'CXone gives no token.',
    remedy:
      'Check the registration of the application (type Back-end, the authentication method of clientAuthentication) ' +
      'and the issuer in the tenants file; with authentication access_key the issuer is the host of the area, such as ' +
      'https://na1.nice-incontact.com.',
  },
  IssuerUnknown: {
    kind: 'operator',
    scope: 'tenant',
    resume: 'step',
    ...ordinary,
    message: 'The issuer is none of CXone’s.',
    remedy:
      'Check issuer in the tenants file: https://cxone.niceincontact.com for commercial tenants, ' +
      'https://cxone-gov.niceincontact.com for FedRAMP, the sovereign hosts for AU and EU.',
  },
  TenantUnknown: {
    kind: 'operator',
    scope: 'tenant',
    resume: 'step',
    ...ordinary,
    message: 'CXone knows no such tenant.',
    remedy:
      'The credentials belong to another environment: check issuer in the tenants file with the customer.',
  },
  HostRefused: {
    kind: 'operator',
    scope: 'tenant',
    resume: 'step',
    ...ordinary,
    message: 'A host is not one that credentials may be sent to.',
    remedy:
      'Use an https address of a public host. Where the host is reached by a private endpoint, name it in privateHosts ' +
      'of the tenants file; if it is yours (a simulator, for example), the exact host in allowInsecureHosts.',
  },
  Unauthorized: {
    kind: 'operator',
    scope: 'tenant',
    resume: 'step',
    ...ordinary,
    refuses: 'token',
    message: 'CXone refuses a token that was new.',
    remedy:
      'The token was new, so the application or the service user lacks this API: check that the registration lists ' +
      'Reporting, Admin and Media Playback, and that the service user is active.',
  },
  ContactsForbidden: {
    kind: 'operator',
    scope: 'tenant',
    resume: 'step',
    ...ordinary,
    refuses: 'contacts',
    message: 'The service user may not read contacts.',
    remedy: permission(permissions.contacts),
  },
  AgentsForbidden: {
    kind: 'operator',
    scope: 'tenant',
    resume: 'step',
    ...ordinary,
    refuses: 'agents',
    message: 'The service user may not read agents.',
    remedy: permission(permissions.agents),
  },
  LookupsForbidden: {
    kind: 'operator',
    scope: 'tenant',
    resume: 'step',
    ...ordinary,
    refuses: 'lookups',
    message: 'The service user may not read a list of reference data.',
    remedy: permission(permissions.lookups),
  },
  MediaForbidden: {
    kind: 'operator',
    scope: 'tenant',
    resume: 'step',
    ...ordinary,
    refuses: 'media',
    message: 'The service user may not fetch recordings.',
    remedy: `${permission(permissions.media)} ${mediaPlaybackSku}.`,
  },
  ExtractionForbidden: {
    kind: 'operator',
    scope: 'tenant',
    resume: 'step',
    ...ordinary,
    refuses: 'extraction',
    message: 'The service user may not make jobs of Data Extraction.',
    remedy: permission(permissions.extraction),
  },
} as const satisfies Readonly<Record<string, ErrorRow>>;
