import { types } from 'node:util';
import { ProxyError } from '../../network';
import { RecordingFileError } from './errors';

const wrongRegion = new Set([
  'PermanentRedirect',
  'TemporaryRedirect',
  'AuthorizationHeaderMalformed',
  'IllegalLocationConstraintException',
]);
const badCredentials = new Set([
  'InvalidAccessKeyId',
  'SignatureDoesNotMatch',
  'ExpiredToken',
  'InvalidToken',
  'TokenRefreshRequired',
  'InvalidClientTokenId',
  'RequestTimeTooSkewed',
  // versitygw's and its kind's word for an unknown access key.
  'XAdminUserNotFound',
]);
const full = new Set(['QuotaExceeded', 'XMinioStorageFull', 'InsufficientStorage', 'InsufficientCapacity']);
/** Damaged on the way, or taken away by another worker's sweep: worth another attempt. */
const passing = new Set([
  'BadDigest',
  'XAmzContentSHA256Mismatch',
  'XAmzContentChecksumMismatch',
  'IncompleteBody',
  'NoSuchUpload',
  'InvalidPart',
  'RequestTimeout',
  'TimeoutError',
  'SlowDown',
  'Throttling',
]);
/** What else is shown of the codes that a server writes into its answers; any other may contain someone's data. */
const known = new Set([
  'AccessDenied',
  'AccessForbidden',
  'AccountProblem',
  'AllAccessDisabled',
  'EntityTooLarge',
  'EntityTooSmall',
  'Forbidden',
  'InternalError',
  'InvalidArgument',
  'InvalidBucketName',
  'InvalidDigest',
  'InvalidObjectState',
  'InvalidRequest',
  'InvalidSecurity',
  'KeyTooLongError',
  'MalformedXML',
  'MethodNotAllowed',
  'MissingContentLength',
  'NotImplemented',
  'OperationAborted',
  'PreconditionFailed',
  'RequestTimeoutException',
  'ServiceUnavailable',
  'ThrottlingException',
  'TooManyRequestsException',
  'UnknownError',
  'UnsupportedOperation',
]);
const untrusted = /CERT|UNABLE_TO|SELF_SIGNED/;

/** What the SDK says about a failed call, as far as it does. */
interface SdkFailure {
  readonly name: string;
  readonly status: number | undefined;
  /** The system's code when no answer came, such as `ECONNREFUSED`. */
  readonly code: string | undefined;
  readonly message: string;
}

/**
 * The error for what S3 or the SDK said about a call to `place` (`s3://bucket/prefix`); errors that are neither's come
 * back unchanged. Only codes are passed on: what a server writes into its messages is not ours to show.
 */
export function toS3Error(error: unknown, place: string): unknown {
  if (error instanceof ProxyError) {
    const remedy =
      'Check HTTPS_PROXY and HTTP_PROXY (address, user and password), whether the proxy lets the S3 server through, and ' +
      'whether that belongs into NO_PROXY.';
    const problem = `${place} could not be used: ${error.message}`;
    return new RecordingFileError('RecordingStorageUnavailable', problem, remedy);
  }
  const failure = read(error);
  if (failure === undefined || error instanceof RecordingFileError) return error;
  const { name, status, code, message } = failure;
  const shown = shownName(name, status);
  const refused = (problem: string, remedy: string) =>
    new RecordingFileError('RecordingStorageRefused', problem, remedy);

  if (name === 'NoSuchBucket') {
    return refused(`There is no bucket of ${place}`, 'Create the bucket, or correct RECORDINGS_URL.');
  }
  if (name === 'NoSuchKey' || name === 'NotFound') {
    return new RecordingFileError('RecordingMissing');
  }
  if (wrongRegion.has(name) || status === 301 || status === 307) {
    const remedy = 'Set AWS_REGION to the region of the bucket.';
    return refused(`The bucket of ${place} is in another region than AWS_REGION says`, remedy);
  }
  if (/region is missing/i.test(message)) {
    return refused(`No region is set for ${place}`, 'Set AWS_REGION.');
  }
  if (name.includes('CredentialsProvider') || /resolved credential object/i.test(message)) {
    const remedy =
      'Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, AWS_PROFILE, or give the machine a role.';
    return refused(`No credentials were found for ${place}`, remedy);
  }
  if (badCredentials.has(name) || status === 401) {
    const remedy =
      'Correct or renew the credentials of the AWS_ variables, and check the clock of this machine.';
    return refused(`The credentials for ${place} are not accepted (${shown})`, remedy);
  }
  if (/kms/i.test(name)) {
    const remedy = 'Check RECORDINGS_S3_KMS_KEY_ID, and that the key is enabled and may be used.';
    return refused(`The KMS key for ${place} cannot be used (${shown})`, remedy);
  }
  if (full.has(name) || status === 507) {
    const remedy = 'Raise the quota of the bucket or free space.';
    return new RecordingFileError('RecordingStorageFull', `No space left in ${place}`, remedy);
  }
  if (code !== undefined && untrusted.test(code)) {
    const remedy = 'Fix the certificate, or name its CA in NODE_EXTRA_CA_CERTS.';
    return refused(`The certificate of the server of ${place} is not trusted (${code})`, remedy);
  }
  if (code !== undefined || passing.has(name) || status === undefined || status === 429 || passes(status)) {
    const problem = `${place} could not be used (${code ?? shown})`;
    const remedy = 'Check the S3 service, AWS_ENDPOINT_URL_S3 and the network.';
    return new RecordingFileError('RecordingStorageUnavailable', problem, remedy);
  }
  if (status === 403) {
    const remedy =
      'Allow s3:PutObject, GetObject, DeleteObject, AbortMultipartUpload and ListBucket, as docs/recordings.md shows.';
    return refused(`The credentials may not use ${place} (${shown})`, remedy);
  }
  return refused(
    `${place} refuses a request (${shown})`,
    'Look the code up in the documentation of the S3 service.',
  );
}

const isSystemCode = (code: unknown): code is string =>
  typeof code === 'string' && /^[A-Z][A-Z0-9_]{1,59}$/.test(code);

/** The name of an error as it may be shown; the SDK takes it from the answer. */
function shownName(name: string, status: number | undefined): string {
  const listed = [wrongRegion, badCredentials, full, passing, known].some((list) => list.has(name));
  if (listed || /^\d{3}$/.test(name)) return name;
  const kms = /^KMS\.[A-Za-z]{1,40}Exception$/.exec(name)?.[0];
  return kms ?? (status === undefined ? 'no code that we know' : `status ${status}, no code that we know`);
}

/** 501 says that a server cannot do what was asked, which does not pass. */
const passes = (status: number): boolean => status >= 500 && status !== 501;

function read(error: unknown): SdkFailure | undefined {
  if (!types.isNativeError(error)) return undefined;
  const { name, message, $metadata, code } = error as Error & {
    readonly $metadata?: { readonly httpStatusCode?: number };
    readonly code?: unknown;
  };
  // An error that came without an answer is the system's; where the SDK wraps it, its code is in the message only.
  const answered = $metadata?.httpStatusCode !== undefined;
  const inMessage = $metadata && /\b(?:connect|getaddrinfo|read|write) (E[A-Z_]+)\b/.exec(message)?.[1];
  const system = answered ? undefined : isSystemCode(code) ? code : inMessage;
  const ofSdk =
    $metadata !== undefined ||
    system !== undefined ||
    /Credentials|Timeout/.test(name) ||
    /region is missing|resolved credential object/i.test(message);
  if (!ofSdk) return undefined;
  return { name, message, status: $metadata?.httpStatusCode, code: system };
}
