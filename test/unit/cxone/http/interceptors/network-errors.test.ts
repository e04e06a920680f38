import { inspect } from 'node:util';
import { CxoneError } from '../../../../../cxone';
import type { ApiFamily } from '../../../../../errors';
import { networkErrors } from '../../../../../cxone/http/interceptors/network-errors';
import { failureOf } from '../../fake-cxone';
import { plainNames, request } from '../../interceptors/stubs';

const broken = (code: string | undefined, family: ApiFamily = 'contacts') =>
  failureOf(
    networkErrors(plainNames)(async () =>
      Promise.reject(Object.assign(new Error('canary'), { code, config: 'canary' })),
    )({
      ...request,
      family,
    }),
  );

it.each([
  ['ENOTFOUND', 'CxoneUnreachable'],
  ['ECONNREFUSED', 'CxoneUnreachable'],
  ['ETIMEDOUT', 'CxoneUnreachable'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'CxoneUnreachable'],
  ['CERT_HAS_EXPIRED', 'CxoneUnreachable'],
  ['Z_DATA_ERROR', 'IncompleteAnswer'],
  ['ECONNRESET', 'CxoneUnavailable'],
  ['never heard of', 'CxoneUnavailable'],
  [undefined, 'CxoneUnavailable'],
])('%s is %s, retryable, and keeps nothing of the library’s error', async (cause, code) => {
  const error = await broken(cause);
  expect(error).toMatchObject({ code, kind: 'retryable' });
  expect(error.message).toContain('api.example.com');
  expect(inspect(error, { depth: 10, showHidden: true })).not.toMatch(/canary|never heard/);
});

it('is a matter of settings when the address is refused', async () => {
  expect(await broken('ERR_ADDRESS_REFUSED')).toMatchObject({ code: 'HostRefused', kind: 'operator' });
  expect(await broken('ERR_ADDRESS_REFUSED', 'file')).toMatchObject({ code: 'MediaHostRefused' });
});

it('leaves an error of ours alone', async () => {
  const ours = new CxoneError('RequestTimeout', 'Too slow.');
  await expect(networkErrors(plainNames)(async () => Promise.reject(ours))(request)).rejects.toBe(ours);
});

it('throws the caller’s reason when the caller gave up, before or during the request', async () => {
  const reason = new Error('cancelled');
  const next = jest.fn();
  await expect(networkErrors(plainNames)(next)(request, AbortSignal.abort(reason))).rejects.toBe(reason);
  expect(next).not.toHaveBeenCalled();
  const controller = new AbortController();
  const exchange = networkErrors(plainNames)(async () => {
    controller.abort(reason);
    throw new Error('aborted by the library');
  });
  await expect(exchange(request, controller.signal)).rejects.toBe(reason);
});
