import { type ErrorRow, ordinary } from './error-row';

const waitOrReport =
  'Nothing to do at first: it is tried again. If it lasts, ask NICE about the state of the service.';

/** The way to CXone, what it answers, and the files that it serves. */
export const cxoneAnswerErrors = {
  CxoneUnreachable: {
    kind: 'retryable',
    scope: 'deployment',
    resume: 'step',
    ...ordinary,
    hostAway: true,
    message: 'CXone cannot be reached.',
    remedy:
      'Check DNS, firewall and TLS interception between this machine and the host; then issuer in the tenants file.',
  },
  RequestTimeout: {
    kind: 'retryable',
    scope: 'request',
    resume: 'step',
    ...ordinary,
    smallerPageHelps: true,
    hostAway: true,
    message: 'CXone did not answer in time.',
    remedy: 'Lower pageSize in the tenants file, or raise timeoutSeconds, if it keeps happening.',
  },
  Throttled: {
    kind: 'retryable',
    scope: 'tenant',
    resume: 'step',
    ...ordinary,
    quota: 'theirs',
    message: 'CXone takes no more requests for now.',
    remedy:
      'Nothing to do: it is tried again later. If it lasts, let fewer windows run at a time, or ask NICE for a larger quota.',
  },
  QuotaExhausted: {
    kind: 'retryable',
    scope: 'tenant',
    resume: 'step',
    ...ordinary,
    quota: 'ours',
    message: 'The quota of the tenant is used up for now.',
    remedy: "Nothing to do: the tenant's quota is used up for now, and it goes on by itself.",
  },
  CxoneUnavailable: {
    kind: 'retryable',
    scope: 'request',
    resume: 'step',
    ...ordinary,
    hostAway: true,
    message: 'CXone does not do its work just now.',
    remedy: waitOrReport,
  },
  BadRequest: {
    kind: 'permanent',
    scope: 'request',
    resume: 'step',
    ...ordinary,
    message: 'CXone does not accept a request.',
    remedy:
      'CXone does not accept the request: check apiVersion and the filters (skills, campaigns, media types).',
  },
  NotFound: {
    kind: 'permanent',
    scope: 'tenant',
    resume: 'step',
    ...ordinary,
    message: 'CXone has nothing at the address.',
    remedy: 'Check apiVersion in the tenants file: the address does not exist there.',
  },
  IncompleteAnswer: {
    kind: 'retryable',
    scope: 'request',
    resume: 'step',
    ...ordinary,
    message: 'An answer of CXone broke off, or lacks a part.',
    remedy: waitOrReport,
  },
  UnexpectedHtml: {
    kind: 'retryable',
    scope: 'request',
    resume: 'step',
    ...ordinary,
    message: 'A page of HTML or XML came instead of an answer.',
    remedy: `${waitOrReport} A proxy in between may also answer with such a page.`,
  },
  UnexpectedShape: {
    kind: 'operator',
    scope: 'request',
    resume: 'step',
    ...ordinary,
    message: 'An answer of CXone has another form than expected.',
    remedy:
      'Check apiVersion in the tenants file (v34.0 is the one we know; v27.0 is the oldest that can be read).',
  },
  ResponseTooLarge: {
    kind: 'operator',
    scope: 'request',
    resume: 'step',
    ...ordinary,
    smallerPageHelps: true,
    message: 'An answer of CXone is larger than the limit.',
    remedy:
      'Lower pageSize in the tenants file. An answer that is no page of a list, or a page of 50 that is still too large, ' +
      'is none that we know: report it to the maintainers.',
  },
  MediaHostRefused: {
    kind: 'operator',
    scope: 'tenant',
    resume: 'step',
    ...ordinary,
    message: 'CXone names a host for a file that files are not fetched from.',
    remedy:
      'Where the message names no host, `cxone-sync errors show` with the id of the answer and --raw does. If CXone ' +
      'really serves its files from it, add it to mediaHosts of the tenants file ' +
      '(and to privateHosts if it is reached by a private endpoint; to allowInsecureHosts if it is a host of your own).',
  },
  MediaLinkExpired: {
    kind: 'retryable',
    scope: 'recording',
    resume: 'step',
    ...ordinary,
    message: 'The link of a recording has expired.',
    remedy: 'Nothing to do: a new link is asked for.',
  },
  MediaIncomplete: {
    kind: 'retryable',
    scope: 'recording',
    resume: 'step',
    ...ordinary,
    message: 'A recording broke off on its way.',
    remedy: 'Nothing to do: the file is fetched again.',
  },
  MediaChanged: {
    kind: 'retryable',
    scope: 'recording',
    resume: 'step',
    ...ordinary,
    message: 'A recording changed while it was fetched.',
    remedy: 'Nothing to do: the file is fetched from its start.',
  },
  MediaUnavailable: {
    kind: 'retryable',
    scope: 'recording',
    resume: 'step',
    ...ordinary,
    hostAway: true,
    message: 'The media host does not serve a recording just now.',
    remedy: 'Nothing to do at first: the file is fetched again later.',
  },
  MediaTooLarge: {
    kind: 'permanent',
    scope: 'recording',
    resume: 'step',
    ...ordinary,
    message: 'A recording is too large to be fetched.',
    remedy: 'The file is larger than the limit set for one recording.',
  },
  ExtractionBusy: {
    kind: 'retryable',
    scope: 'tenant',
    resume: 'step',
    ...ordinary,
    message: 'CXone runs another job of Data Extraction for the tenant.',
    remedy:
      'Nothing to do: it is asked again within a minute. If it lasts, find out who else extracts with this tenant: CXone ' +
      'serves one caller at a time.',
  },
  ExtractionFailed: {
    kind: 'operator',
    scope: 'job',
    resume: 'step',
    ...ordinary,
    message: 'CXone ended a job of Data Extraction without a result.',
    remedy:
      'Check the versions under "extract" in the tenants file; if they are right, ask NICE why jobs of Data Extraction ' +
      'fail for this tenant.',
  },
  ExtractionLinkExpired: {
    kind: 'retryable',
    scope: 'job',
    resume: 'step',
    ...ordinary,
    message: 'The link of a job’s result has expired.',
    remedy: 'Nothing to do: the job is asked for a new link.',
  },
} as const satisfies Readonly<Record<string, ErrorRow>>;
