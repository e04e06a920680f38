import { createHash } from 'node:crypto';

/** 32 bytes that depend on the seed and a label only. */
export function bytesOf(seed: number, label: string): Buffer {
  return createHash('sha256').update(`${seed}/${label}`).digest();
}

/** A version-4-shaped UUID that depends on the seed and a label only. */
export function uuidOf(seed: number, label: string): string {
  const hex = bytesOf(seed, label).toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

const base32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** An access key as CXone makes them: 52 base32 characters and four equal signs (contract §1.4). */
export function accessKeyOf(seed: number, label: string): string {
  const bits = [...bytesOf(seed, label)].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  const characters = bits.match(/.{1,5}/g) ?? [];
  return `${characters.map((five) => base32[Number.parseInt(five.padEnd(5, '0'), 2)]).join('')}====`;
}

/** The four values a customer hands over, and the tenant they open. */
export interface Credentials {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  readonly tenantId: string;
}

/** The credentials that belong to a seed. The client secret holds the characters that break careless encoders. */
export function credentialsOf(seed: number): Credentials {
  return {
    clientId: uuidOf(seed, 'client'),
    clientSecret: `s%2B/${bytesOf(seed, 'client secret').toString('base64url').slice(0, 32)}+%/&=`,
    accessKeyId: accessKeyOf(seed, 'access key id'),
    accessKeySecret: accessKeyOf(seed, 'access key secret'),
    tenantId: uuidOf(seed, 'tenant'),
  };
}
