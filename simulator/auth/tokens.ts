import {
  createSign,
  generateKeyPair,
  type JsonWebKey,
  type KeyObject,
  randomBytes,
  randomUUID,
} from 'node:crypto';
import { promisify } from 'node:util';
import { ourBusinessUnit } from '../data/catalogue';
import { type Credentials, uuidOf } from './credentials';
import type { Settings } from '../options';

/** Answer of the token endpoint (contract §1.4). */
export interface TokenSet {
  readonly access_token: string;
  readonly token_type: 'Bearer';
  readonly expires_in: number;
  readonly refresh_token: string;
  readonly id_token: string;
  readonly issued_token_type: string;
}

/** Issues and recognises tokens. */
export type Tokens = ReturnType<typeof createTokens>;

/** The key that all tokens of a simulator are signed with: the issuer is one for all tenants (contract §1.1). */
export interface SigningKey {
  readonly kid: string;
  readonly privateKey: KeyObject;
  /** The public key as a JWK with `kid`. */
  readonly jwk: JsonWebKey;
}

/** Makes a new RSA key, so that tokens of an earlier simulator are worthless. */
export async function createSigningKey(): Promise<SigningKey> {
  const { privateKey, publicKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
  const kid = randomBytes(8).toString('hex');
  return { kid, privateKey, jwk: { ...publicKey.export({ format: 'jwk' }), kid, use: 'sig', alg: 'RS256' } };
}

const tokensKept = 10_000;

interface Parts {
  readonly settings: Settings;
  readonly credentials: Credentials;
  readonly key: SigningKey;
  readonly issuer: () => string;
  /** Gets every token text issued: none of them may leave the client. */
  readonly recordSecret: (secret: string) => void;
}

/** Creates the tokens of one tenant. */
export function createTokens({ settings, credentials, key, issuer, recordSecret }: Parts) {
  const { kid, privateKey } = key;
  const access = new Map<string, number>();
  const refresh = new Set<string>();
  const lifetime = settings.tokenLifetimeSeconds;

  const issue = (now: number, life = { seconds: lifetime, declared: lifetime }): TokenSet => {
    const iat = Math.floor(now / 1000);
    const user = uuidOf(settings.seed, 'service user');
    const common = {
      sub: `user:${user}`,
      iss: issuer(),
      aud: credentials.clientId,
      iat,
      exp: iat + life.declared,
      jti: randomUUID(),
      tenantId: credentials.tenantId,
    };
    const person = {
      tenant: 'simulated-clinic',
      userId: user,
      name: 'sync.service@clinic.example',
      given_name: 'Sync',
      family_name: 'Service',
      icAgentId: '14700000',
      icSPId: '1',
      icBUId: ourBusinessUnit,
      icDomain: 'niceincontact.com',
      icClusterId: 'c31',
      area: 'na1',
    };
    const accessToken = sign({ ...common, role: { legacyId: 'Agent' }, ...person }, kid, privateKey);
    const idToken = sign({ ...common, jti: randomUUID(), ...person }, kid, privateKey);
    const refreshToken = sign({ ...common, jti: randomUUID(), typ: 'refresh' }, kid, privateKey);
    if (access.size > tokensKept) access.clear();
    access.set(accessToken, now + life.seconds * 1000);
    refresh.add(refreshToken);
    for (const token of [accessToken, idToken, refreshToken]) recordSecret(token);
    return {
      access_token: accessToken,
      token_type: 'Bearer',
      expires_in: life.declared,
      refresh_token: refreshToken,
      id_token: idToken,
      issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
    };
  };

  return {
    /** @param life how long the access token lives, and what `expires_in` says, in seconds; absent: the setting */
    issue,
    /** True for an access token of ours that has not run out, given a whole `Authorization` header. */
    isValid: (authorization: string | undefined, now: number): boolean =>
      now < (access.get(bearer(authorization)) ?? -Infinity),
    /** Whether an access token, given as a whole `Authorization` header, was ever issued here. */
    isOurs: (authorization: string | undefined): boolean => access.has(bearer(authorization)),
    /** Whether a refresh token was issued here and has not been used up. */
    knows: (refreshToken: string): boolean => refresh.has(refreshToken),
    /** True for a refresh token of ours; each serves once, as they rotate, unless it is to be kept. */
    redeem: (refreshToken: string, isKept: boolean = false): boolean =>
      isKept ? refresh.has(refreshToken) : refresh.delete(refreshToken),
    /** Every token issued so far stops working. */
    revokeAll: (): void => {
      for (const token of access.keys()) access.set(token, -Infinity);
      refresh.clear();
    },
  };
}

function bearer(authorization: string | undefined): string {
  return /^Bearer\s+(\S+)$/i.exec(authorization ?? '')?.[1] ?? '';
}

function sign(claims: object, kid: string, key: KeyObject): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const content = `${part({ alg: 'RS256', typ: 'JWT', kid })}.${part(claims)}`;
  return `${content}.${createSign('RSA-SHA256').update(content).sign(key).toString('base64url')}`;
}
