import { mediaPlaybackSku, permissions } from './permissions';

/**
 * Every way in which CXone, or the way to it, can fail us: one closed list.
 *
 * `retryable` may pass by itself; `operator` needs a person (credentials, permission, set-up); `permanent` will
 * never work as asked. Messages are safe to show and to store: our own words, statuses, and known phrases of a closed
 * list (known-phrases.ts); never text that CXone wrote.
 */
export type CxoneErrorKind = 'retryable' | 'operator' | 'permanent';

/** The parts of the API that can be refused or throttled on their own (contract §5, §6). */
export type ApiFamily =
  'discovery' | 'auth' | 'contacts' | 'agents' | 'lookups' | 'media' | 'extraction' | 'file';

/** What a family is called in messages. */
export const familyNames: Readonly<Record<ApiFamily, string>> = {
  discovery: 'CXone discovery',
  auth: 'The CXone token endpoint',
  contacts: 'CXone Reporting (contacts)',
  agents: 'CXone Admin (agents)',
  lookups: 'CXone Admin (skills, campaigns, teams, dispositions)',
  media: 'CXone Media Playback',
  extraction: 'CXone Data Extraction',
  file: 'The media host',
};

interface Entry {
  readonly kind: CxoneErrorKind;
  readonly remedy: string;
}

const waitOrReport =
  'Nothing to do at first: it is tried again. If it lasts, ask NICE about the state of the service.';

/** What is most likely missing on a 403, by its menu path (contract §6). */
const permission = (path: string) =>
  `In CXone, give a role of the service user this permission: ${path}. ` +
  'If it has it, the registration of the application may lack this API.';

const entries = {
  InvalidClient: {
    kind: 'operator',
    remedy:
      'Check clientId and clientSecret in the tenants file against the e-mail NICE sent for the registered ' +
      'application; then the other clientAuthentication, which CXone refuses with the same answer as a wrong secret; ' +
      'then whether NICE has approved the application (1-3 business days).',
  },
  InvalidAccessKey: {
    kind: 'operator',
    remedy:
      'Check accessKeyId and accessKeySecret in the tenants file; in CXone, Admin > Employees > the service user > ' +
      'Security > Access Keys must show the key as active and the user as active and not locked.',
  },
  TokenRefused: {
    kind: 'operator',
    remedy:
      'Check the registration of the application (type Back-end, the authentication method of clientAuthentication) ' +
      'and the issuer in the tenants file; with authentication access_key the issuer is the host of the area, such as ' +
      'https://na1.nice-incontact.com.',
  },
  IssuerUnknown: {
    kind: 'operator',
    remedy:
      'Check issuer in the tenants file: https://cxone.niceincontact.com for commercial tenants, ' +
      'https://cxone-gov.niceincontact.com for FedRAMP, the sovereign hosts for AU and EU.',
  },
  TenantUnknown: {
    kind: 'operator',
    remedy:
      'The credentials belong to another environment: check issuer in the tenants file with the customer.',
  },
  HostRefused: {
    kind: 'operator',
    remedy:
      'Use an https address of a public host. Where the host is reached by a private endpoint, name it in privateHosts ' +
      'of the tenants file; if it is yours (a simulator, for example), the exact host in allowInsecureHosts.',
  },
  CxoneUnreachable: {
    kind: 'retryable',
    remedy:
      'Check DNS, firewall and TLS interception between this machine and the host; then issuer in the tenants file.',
  },
  RequestTimeout: {
    kind: 'retryable',
    remedy: 'Lower pageSize in the tenants file, or raise timeoutSeconds, if it keeps happening.',
  },
  Throttled: {
    kind: 'retryable',
    remedy:
      'Nothing to do: it is tried again later. If it lasts, let fewer windows run at a time, or ask NICE for a larger quota.',
  },
  QuotaExhausted: {
    kind: 'retryable',
    remedy: "Nothing to do: the tenant's quota is used up for now, and it goes on by itself.",
  },
  CxoneUnavailable: { kind: 'retryable', remedy: waitOrReport },
  Unauthorized: {
    kind: 'operator',
    remedy:
      'The token was new, so the application or the service user lacks this API: check that the registration lists ' +
      'Reporting, Admin and Media Playback, and that the service user is active.',
  },
  ContactsForbidden: {
    kind: 'operator',
    remedy: permission(permissions.contacts),
  },
  AgentsForbidden: { kind: 'operator', remedy: permission(permissions.agents) },
  LookupsForbidden: { kind: 'operator', remedy: permission(permissions.lookups) },
  MediaForbidden: { kind: 'operator', remedy: `${permission(permissions.media)} ${mediaPlaybackSku}.` },
  ExtractionForbidden: { kind: 'operator', remedy: permission(permissions.extraction) },
  ExtractionBusy: {
    kind: 'retryable',
    remedy:
      'Nothing to do: it is asked again within a minute. If it lasts, find out who else extracts with this tenant: CXone ' +
      'serves one caller at a time.',
  },
  ExtractionFailed: {
    kind: 'retryable',
    remedy:
      'Nothing to do at first: another job is made. If it lasts, check the version of the entity in the tenants file.',
  },
  ExtractionLinkExpired: { kind: 'retryable', remedy: 'Nothing to do: the job is asked for a new link.' },
  BadRequest: {
    kind: 'permanent',
    remedy:
      'CXone does not accept the request: check apiVersion and the filters (skills, campaigns, media types).',
  },
  NotFound: {
    kind: 'permanent',
    remedy: 'Check apiVersion in the tenants file: the address does not exist there.',
  },
  IncompleteAnswer: { kind: 'retryable', remedy: waitOrReport },
  UnexpectedHtml: {
    kind: 'retryable',
    remedy: `${waitOrReport} A proxy in between may also answer with such a page.`,
  },
  UnexpectedShape: {
    kind: 'operator',
    remedy:
      'Check apiVersion in the tenants file (v34.0 is the one we know; v27.0 is the oldest that can be read).',
  },
  ResponseTooLarge: {
    kind: 'operator',
    remedy:
      'Lower pageSize in the tenants file. An answer that is no page of a list, or a page of 50 that is still too large, ' +
      'is none that we know: report it to the maintainers.',
  },
  MediaHostRefused: {
    kind: 'operator',
    remedy:
      'Where the message names no host, `cxone-sync errors show` with the id of the answer and --raw does. If CXone ' +
      'really serves its files from it, add it to mediaHosts of the tenants file ' +
      '(and to privateHosts if it is reached by a private endpoint; to allowInsecureHosts if it is a host of your own).',
  },
  MediaLinkExpired: { kind: 'retryable', remedy: 'Nothing to do: a new link is asked for.' },
  MediaIncomplete: { kind: 'retryable', remedy: 'Nothing to do: the file is fetched again.' },
  MediaChanged: { kind: 'retryable', remedy: 'Nothing to do: the file is fetched from its start.' },
  MediaUnavailable: { kind: 'retryable', remedy: 'Nothing to do at first: the file is fetched again later.' },
  MediaTooLarge: { kind: 'permanent', remedy: 'The file is larger than the limit set for one recording.' },
} as const satisfies Record<string, Entry>;

export type CxoneErrorCode = keyof typeof entries;

/** The closed list as data: code → kind and remedy (for documentation and for the mapping to workflow failures). */
export const cxoneErrors: Readonly<Record<CxoneErrorCode, Entry>> = entries;

export interface CxoneErrorDetails {
  readonly remedy?: string;
  readonly status?: number | undefined;
  /** How long CXone asked us to wait, in milliseconds. */
  readonly retryAfterMs?: number | undefined;
  readonly correlationId?: string | undefined;
  /** Under which the answer itself is kept (see `RefusedAnswer`). */
  readonly answerId?: string | undefined;
}

/**
 * The only error this folder throws (besides the caller's own abort reason). It never carries a cause: errors of the
 * HTTP library hold headers and addresses.
 */
export class CxoneError extends Error {
  override readonly name = 'CxoneError';
  readonly kind: CxoneErrorKind;
  readonly remedy: string;
  readonly status: number | undefined;
  readonly retryAfterMs: number | undefined;
  readonly correlationId: string | undefined;

  constructor(
    readonly code: CxoneErrorCode,
    message: string,
    details: CxoneErrorDetails = {},
  ) {
    super(quoting(message, details));
    this.kind = entries[code].kind;
    this.remedy = details.remedy ?? entries[code].remedy;
    this.status = details.status;
    this.retryAfterMs = details.retryAfterMs;
    this.correlationId = details.correlationId;
  }
}

/**
 * The ids end the message: on-call looks the answer up by the one (`cxone-sync errors show`), NICE's support asks for the
 * other, so they must be where an operator reads.
 */
function quoting(message: string, { answerId, correlationId }: CxoneErrorDetails): string {
  const ids = [
    ...(answerId === undefined ? [] : [`answer ${answerId}`]),
    ...(correlationId === undefined ? [] : [`correlation id ${correlationId}`]),
  ];
  return ids.length === 0 ? message : `${message.replace(/\.$/, '')} (${ids.join(', ')}).`;
}
