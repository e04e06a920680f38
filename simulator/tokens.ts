import { createSign, generateKeyPair, randomBytes, randomUUID } from 'node:crypto';
import type { JsonWebKey, KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { BUSINESS_UNIT_ID } from './catalogue';
import type { Credentials } from './identifiers';
import { uuidOf } from './identifiers';
import type { Settings } from './options';

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
export interface Tokens {
  issue(now: number): TokenSet;
  /** True for an access token of ours that has not run out, given a whole `Authorization` header. */
  isValid(authorization: string | undefined, now: number): boolean;
  /** True once for each refresh token: they rotate. */
  redeem(refreshToken: string): boolean;
  /** The public key as a JWK with `kid`. */
  readonly jwk: JsonWebKey;
}

const TOKENS_KEPT = 10_000;

/**
 * Creates the issuer with a new RSA key, so that tokens of an earlier simulator are worthless.
 * @param note is told every token text issued: none of them may leave the client
 */
export async function createTokens(
  settings: Settings,
  credentials: Credentials,
  issuer: () => string,
  note: (secret: string) => void,
): Promise<Tokens> {
  const { privateKey, publicKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
  const kid = randomBytes(8).toString('hex');
  const access = new Map<string, number>();
  const refresh = new Set<string>();
  const lifetime = settings.tokenLifetimeSeconds;

  const issue = (now: number): TokenSet => {
    const iat = Math.floor(now / 1000);
    const user = uuidOf(settings.seed, 'service user');
    const common = {
      sub: `user:${user}`,
      iss: issuer(),
      aud: credentials.clientId,
      iat,
      exp: iat + lifetime,
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
      icBUId: BUSINESS_UNIT_ID,
      icDomain: 'niceincontact.com',
      icClusterId: 'c31',
      area: 'na1',
    };
    const accessToken = sign({ ...common, role: { legacyId: 'Agent' }, ...person }, kid, privateKey);
    const idToken = sign({ ...common, jti: randomUUID(), ...person }, kid, privateKey);
    const refreshToken = sign({ ...common, jti: randomUUID(), typ: 'refresh' }, kid, privateKey);
    if (access.size > TOKENS_KEPT) access.clear();
    access.set(accessToken, now + lifetime * 1000);
    refresh.add(refreshToken);
    for (const token of [accessToken, idToken, refreshToken]) note(token);
    return {
      access_token: accessToken,
      token_type: 'Bearer',
      expires_in: lifetime,
      refresh_token: refreshToken,
      id_token: idToken,
      issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
    };
  };

  return {
    issue,
    isValid: (authorization, now) => {
      const token = /^Bearer\s+(\S+)$/i.exec(authorization ?? '')?.[1];
      return token !== undefined && now < (access.get(token) ?? 0);
    },
    redeem: (refreshToken) => refresh.delete(refreshToken),
    jwk: { ...publicKey.export({ format: 'jwk' }), kid, use: 'sig', alg: 'RS256' },
  };
}

function sign(claims: object, kid: string, key: KeyObject): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const content = `${part({ alg: 'RS256', typ: 'JWT', kid })}.${part(claims)}`;
  return `${content}.${createSign('RSA-SHA256').update(content).sign(key).toString('base64url')}`;
}
