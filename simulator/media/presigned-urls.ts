import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Parameters } from '../http/parameters';

/** Short-lived addresses of recordings on the media origin, shaped like those of S3 (contract §4.4). */
export type PresignedUrls = ReturnType<typeof createPresignedUrls>;

/**
 * Creates the signer with a key of its own.
 * @param recordSecret gets every signature issued: none of them may leave the client
 */
export function createPresignedUrls(
  tenantId: string,
  mediaAddress: () => string,
  lifetimeSeconds: number,
  recordSecret: (secret: string) => void,
) {
  const key = randomBytes(32);
  const signatureOf = (path: string, date: string, expires: string, nonce: string): string =>
    createHmac('sha256', key).update([path, date, expires, nonce].join('\n')).digest('hex');

  const sign = (path: string, now: number, seconds = lifetimeSeconds): string => {
    const date = new Date(now).toISOString().replace(/[-:]|\.\d+/g, '');
    const nonce = `${now}.${randomBytes(12).toString('hex')}`;
    const signature = signatureOf(path, date, String(seconds), nonce);
    recordSecret(signature);
    const query = new URLSearchParams({
      'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
      'X-Amz-Date': date,
      'X-Amz-Expires': String(seconds),
      'X-Amz-Security-Token': nonce,
      'X-Amz-SignedHeaders': 'host',
      'X-Amz-Signature': signature,
    });
    return `${mediaAddress()}${path}?${query.toString()}`;
  };

  const judge = (path: string, parameters: Parameters, now: number): 'valid' | 'expired' | 'forged' => {
    const get = (name: string): string => parameters.get(`X-Amz-${name}`) ?? '';
    const nonce = get('Security-Token');
    const expected = Buffer.from(signatureOf(path, get('Date'), get('Expires'), nonce));
    const given = Buffer.from(get('Signature'));
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) return 'forged';
    // The date has whole seconds only; the nonce carries the exact moment.
    return now < Number.parseInt(nonce, 10) + Number(get('Expires')) * 1000 ? 'valid' : 'expired';
  };

  return {
    /** The path of a segment's file: made of ids only. */
    pathOf: (masterContactId: number, segmentId: string): string =>
      `/recordings/${tenantId}/${masterContactId}/${segmentId}.mp4`,
    /** A fresh address for a path, valid as long as recordings' addresses are unless another time is given. */
    sign,
    /** Whether a request for a path may pass. */
    judge,
  };
}
