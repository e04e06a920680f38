/** The kinds a `badRecords` fault may name; what each does to a record is in `bad-records.ts`. */
export const badRecordKinds = [
  'nul',
  'loneSurrogate',
  'missingKey',
  'nullKey',
  'idAsText',
  'hugeId',
  'giantId',
  'typeFlip',
  'numberAsText',
  'booleanAsText',
  'badDate',
  'newField',
  'proto',
  'groupedNumber',
  'hugeNote',
  'digitNote',
  'deep',
  'longNumber',
  'hugeNumber',
  'giantNote',
] as const;

export type BadRecordKind = (typeof badRecordKinds)[number];

/** Arguments of faults; which of these a name uses stands in `switches`, what they do in docs/simulator.md. */
export interface FaultArguments {
  /** The status to answer. */
  readonly status?: number;
  /** Body text; JSON when it starts like it. */
  readonly body?: string;
  /** `Retry-After` in seconds, or as an HTTP date that many seconds ahead with `retryAfterDate`; absent: no header. */
  readonly retryAfter?: number;
  readonly retryAfterDate?: boolean;
  /** Sent as the `icStatusDescription` header. */
  readonly description?: string;
  /** Where a redirection leads; absent: to the same file again. */
  readonly location?: string;
  /** How long to wait: before the answer, or between its pieces. */
  readonly delayMs?: number;
  /** Size of the pieces of a slow body. */
  readonly chunkBytes?: number;
  /** Bytes of the body to send before the connection is dropped (0: nothing at all). */
  readonly afterBytes?: number;
  /** By how much `Content-Length` exceeds the body; negative: falls short of it. */
  readonly bytes?: number;
  /** The share of the body that arrives (default 0.5). */
  readonly share?: number;
  /** A page size. */
  readonly top?: number;
  /** The largest page that is given, whatever is asked. */
  readonly most?: number;
  /** How many rows, agents or records. */
  readonly count?: number;
  /** How far back the stamp of a late change lies. */
  readonly agoSeconds?: number;
  /** A span of time. */
  readonly seconds?: number;
  readonly minutes?: number;
  /** Tokens end early although `expires_in` still says otherwise. */
  readonly silently?: boolean;
  /** Leave a member out instead of making it null. */
  readonly absent?: boolean;
  /** Which of several known shapes an answer takes. */
  readonly form?: AnswerForm;
  /** What an extraction job is about. */
  readonly entity?: string;
  /** Which kinds of bad records, and one contact (default 100) or row of an extract (default 10) in how many. */
  readonly kinds?: readonly BadRecordKind[];
  readonly every?: number;
}

/**
 * Shapes of nothing (`emptyAs200`), of a total that is too small (`smallTotal`), of a playback answer (`mediaShape`), of a job's id (`jobIdShape`), of its
 * end (`jobFails`) and of an extract's header (`csvHeader`); whether a `charset` is declared.
 */
export const answerForms = [
  ...(['emptyList', 'nullList', 'noList', 'noBody', 'Interactions', 'value'] as const),
  ...(['capped', 'pageOnly'] as const),
  ...(['jobId', 'doubleQuoted', 'plainText', 'FAILED', 'CANCELLED', 'EXPIRED'] as const),
  ...(['renamed', 'extraColumn', 'withoutKey', 'upperCase'] as const),
  ...(['declared', 'undeclared'] as const),
] as const;

export type AnswerForm = (typeof answerForms)[number];

/** Every fault that can be switched on, with the arguments it takes. */
export const switches = {
  // Any answer
  status: ['status', 'retryAfter', 'retryAfterDate', 'description', 'body'],
  tooManyRequests: ['retryAfter', 'retryAfterDate'],
  unauthorized: [],
  forbidden: [],
  redirect: ['status', 'location'],
  html200: [],
  htmlUnlessJson: [],
  slow: ['delayMs'],
  slowBody: ['chunkBytes', 'delayMs'],
  reset: ['afterBytes'],
  truncateJson: ['share'],
  malformedJson: [],
  wrongLength: ['bytes'],
  charset: ['form'],
  gzipBomb: ['bytes'],
  clockSkew: ['minutes'],
  wrongPollTime: ['seconds'],
  // Tokens, keys, applications
  revokeTokens: [],
  shortTokens: ['seconds', 'silently'],
  keyDeactivated: [],
  keyRevoked: [],
  unapprovedApplication: [],
  tenantUnknown: [],
  refuseJsonTokens: [],
  encodedBasicOnly: [],
  keepRefreshTokens: [],
  // Lists
  timeout408WhenTopOver: ['top'],
  refuseLargeTop: [],
  smallPages: ['top', 'most'],
  duplicatePage: ['count'],
  emptyAs200: ['form'],
  missingArray: [],
  wrongTotal: ['count'],
  smallTotal: ['form', 'count'],
  exclusiveEnd: [],
  fineStamps: [],
  roundedSince: ['seconds'],
  listedTwice: ['every'],
  withoutLastPollTime: [],
  withoutLinks: [],
  foreignNextLink: [],
  resultSetWrapper: [],
  plainCampaigns: [],
  refuseOffsets: [],
  ignoreOffsets: [],
  updateSinceOnly: [],
  updatedSinceOnly: [],
  hiddenAgents: ['count'],
  renameLookups: ['count'],
  dropLookups: ['count'],
  // Rows
  insertLate: ['count', 'agoSeconds'],
  removeRows: ['count'],
  updateRows: ['count', 'agoSeconds'],
  badRecords: ['kinds', 'every'],
  // Media Playback and its files
  mediaLate: ['seconds'],
  mediaMissing: [],
  mediaShape: ['form'],
  nullUrls: ['absent'],
  sentimentsWithheld: [],
  interactionFields: [],
  mediaTruncated: ['share'],
  mediaEmpty: [],
  changedEtag: [],
  rangeIgnored: [],
  expireUrls: [],
  withoutLength: [],
  // Data Extraction
  extractionBusy: ['body'],
  entityForbidden: ['entity'],
  jobIdShape: ['form'],
  jobSlow: ['count'],
  jobFails: ['form'],
  csvWithoutBom: [],
  csvHeader: ['form'],
  csvRagged: ['every'],
} as const satisfies Readonly<Record<string, readonly (keyof FaultArguments)[]>>;

export type FaultName = keyof typeof switches;

/** The names of all switches. */
export const faultNames = Object.keys(switches) as readonly FaultName[];

/** The faults that fire for one request, with their arguments. */
export type Firing = ReadonlyMap<FaultName, FaultArguments>;
