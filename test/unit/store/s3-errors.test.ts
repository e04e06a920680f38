import { RecordingFileError } from '../../../store/files/errors';
import { toS3Error } from '../../../store/files/s3-errors';

const place = 's3://calls/2';
const canary = 'https://calls.s3.example.com/acme?X-Amz-Signature=canary';

/** An error as the SDK makes it of an answer. */
const answer = (name: string, httpStatusCode: number) =>
  Object.assign(new Error(`${name}: ${canary}`), { name, $metadata: { httpStatusCode } });
/** An error without an answer. */
const without = (fields: object, message = canary) => Object.assign(new Error(message), fields);

describe('what S3 says', () => {
  it.each<[string, Error, string, RegExp, boolean]>([
    ['no bucket', answer('NoSuchBucket', 404), 'RecordingStorageRefused', /no bucket/, false],
    ['no object', answer('NoSuchKey', 404), 'RecordingMissing', /not there/, false],
    ['no object to a HEAD', answer('NotFound', 404), 'RecordingMissing', /not there/, false],
    ['no right', answer('AccessDenied', 403), 'RecordingStorageRefused', /may not use/, false],
    ['no right to a HEAD', answer('403', 403), 'RecordingStorageRefused', /may not use/, false],
    ['moved', answer('PermanentRedirect', 301), 'RecordingStorageRefused', /another region/, false],
    ['moved, to a HEAD', answer('301', 301), 'RecordingStorageRefused', /another region/, false],
    ['region', answer('AuthorizationHeaderMalformed', 400), 'RecordingStorageRefused', /region/, false],
    ['old token', answer('ExpiredToken', 400), 'RecordingStorageRefused', /not accepted/, false],
    ['clock', answer('RequestTimeTooSkewed', 403), 'RecordingStorageRefused', /not accepted/, false],
    ['key off', answer('KMS.DisabledException', 400), 'RecordingStorageRefused', /KMS key/, false],
    ['no such key', answer('KMS.NotFoundException', 400), 'RecordingStorageRefused', /KMS key/, false],
    ['quota', answer('QuotaExceeded', 403), 'RecordingStorageFull', /No space/, false],
    ['disk full', answer('XMinioStorageFull', 507), 'RecordingStorageFull', /No space/, false],
    ['too fast', answer('SlowDown', 503), 'RecordingStorageUnavailable', /SlowDown/, true],
    ['trouble', answer('InternalError', 500), 'RecordingStorageUnavailable', /InternalError/, true],
    ['damaged on the way', answer('BadDigest', 400), 'RecordingStorageUnavailable', /BadDigest/, true],
    ['swept upload', answer('NoSuchUpload', 404), 'RecordingStorageUnavailable', /NoSuchUpload/, true],
    ['unable', answer('NotImplemented', 501), 'RecordingStorageRefused', /NotImplemented/, false],
    ['anything else', answer('InvalidRequest', 400), 'RecordingStorageRefused', /InvalidRequest/, false],
    ['no route', without({ code: 'EHOSTUNREACH' }), 'RecordingStorageUnavailable', /EHOSTUNREACH/, true],
    ['no answer', without({ name: 'TimeoutError' }), 'RecordingStorageUnavailable', /TimeoutError/, true],
    [
      'certificate',
      without({ code: 'SELF_SIGNED_CERT_IN_CHAIN' }),
      'RecordingStorageRefused',
      /certificate/,
      false,
    ],
    [
      'no credentials',
      without({ name: 'CredentialsProviderError' }),
      'RecordingStorageRefused',
      /No credentials/,
      false,
    ],
    ['no region', without({}, 'Region is missing'), 'RecordingStorageRefused', /No region/, false],
  ])('%s becomes a code, a cause and a remedy', (_, error, code, message, retryable) => {
    const problem = toS3Error(error, place) as RecordingFileError;
    expect(problem).toMatchObject({
      code,
      retryable,
      message: expect.stringMatching(message),
      remedy: expect.stringMatching(/\w.*\.$/),
    });
    expect(`${problem.message} ${problem.remedy}`).not.toContain('canary');
  });

  it.each([
    ['JaneRoe', 400],
    ['Jane Roe, born 1980-05-23', 403],
    ['KMS.JaneRoe', 400],
    ['JaneRoe', 503],
  ])('shows no code that is not on the list: %s', (name, status) => {
    const { message } = toS3Error(answer(name, status), place) as RecordingFileError;
    expect(message).not.toMatch(/Jane/);
    expect(message).toContain(`(status ${status}, no code that we know)`);
  });

  it('is no cover for errors of ours', () => {
    const bug = new TypeError('x is undefined');
    expect(toS3Error(bug, place)).toBe(bug);
    const refusal = new RecordingFileError('RecordingEmpty', 'empty', '');
    expect(toS3Error(refusal, place)).toBe(refusal);
  });
});
