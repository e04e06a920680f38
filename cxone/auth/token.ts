import { z } from 'zod';
import { readAnswer, readJson } from '../http/read-json';
import { areaIn } from './area';
import type { CxoneConnection } from '../connection';
import { CxoneError } from '../cxone-error';
import type { Exchange, HttpRequest } from '../http/exchange';
import { isObject } from '../json/json';

/** A bearer token and what its content says about the tenant. Stays in memory. */
export interface Token {
  readonly accessToken: string;
  readonly lifetimeMs: number;
  readonly tenantId: string;
  readonly area?: string;
}

const tokenAnswer = z.looseObject({
  access_token: z.string().min(1),
  expires_in: z.coerce.number().positive().finite(),
  id_token: z.string().nullish(),
});

/**
 * Trades the credentials for a token. Never repeated from here: wrong credentials stay wrong.
 * @throws CxoneError `InvalidClient`, `InvalidAccessKey`, `TokenRefused`, `UnexpectedShape`, and what a network can do
 */
export async function requestToken(
  connection: CxoneConnection,
  exchange: Exchange,
  endpoint: URL,
  signal?: AbortSignal,
): Promise<Token> {
  const request =
    connection.authentication === 'access_key'
      ? accessKeyRequest(connection, endpoint)
      : passwordRequest(connection, endpoint);
  const answer = await exchange(request, signal);
  return readAnswer(answer, (body, contentType) => readToken(readJson(body, 'auth', contentType)));
}

const unknownToken =
  'Check issuer and authentication in the tenants file: what answers there is not the token endpoint we know.';

/** @throws CxoneError `UnexpectedShape` */
export function readToken(answer: unknown): Token {
  const parsed = tokenAnswer.safeParse(answer);
  if (!parsed.success) {
    const fields = parsed.error.issues.map((issue) => issue.path.join('.') || 'the whole answer').join(', ');
    throw new CxoneError('UnexpectedShape', `The CXone token endpoint answered without a usable ${fields}.`, {
      remedy: unknownToken,
    });
  }
  const { access_token: accessToken, expires_in: seconds, id_token: idToken } = parsed.data;
  const claims = { ...claimsOf(accessToken), ...claimsOf(idToken ?? '') };
  const { tenantId } = claims;
  const area = areaIn(claims['area']);
  if (typeof tenantId !== 'string' || tenantId === '') {
    throw new CxoneError(
      'UnexpectedShape',
      'The CXone token does not say which tenant it is for (claim tenantId).',
      { remedy: unknownToken },
    );
  }
  return {
    accessToken,
    lifetimeMs: seconds * 1_000,
    tenantId,
    ...(area === undefined ? {} : { area }),
  };
}

/**
 * Password grant, form body, the client's secret where the application was registered to have it (contract §1.4).
 * Everything is percent-encoded: access keys end in `====`, secrets hold `%`, `/` and `+`.
 */
function passwordRequest(connection: CxoneConnection, endpoint: URL): HttpRequest {
  const { clientId = '', clientSecret = '' } = connection;
  const form = new URLSearchParams({
    grant_type: 'password',
    username: connection.accessKeyId,
    password: connection.accessKeySecret,
  });
  const headers: Record<string, string> = {
    Accept: 'application/json',
    'Content-Type': 'application/x-www-form-urlencoded',
  };
  if (connection.clientAuthentication === 'client_secret_post') {
    form.set('client_id', clientId);
    form.set('client_secret', clientSecret);
  } else {
    const pair = `${formEncode(clientId)}:${formEncode(clientSecret)}`;
    headers['Authorization'] = `Basic ${Buffer.from(pair).toString('base64')}`;
  }
  return { family: 'auth', method: 'POST', url: endpoint, headers, body: form.toString() };
}

/** The access key alone, as JSON (contract §1.7). */
function accessKeyRequest(connection: CxoneConnection, endpoint: URL): HttpRequest {
  const { accessKeyId, accessKeySecret } = connection;
  const headers = { Accept: 'application/json', 'Content-Type': 'application/json' };
  const body = JSON.stringify({ accessKeyId, accessKeySecret });
  return { family: 'auth', method: 'POST', url: endpoint, headers, body };
}

/** RFC 6749 §2.3.1 has both halves form-encoded before they are joined. */
function formEncode(text: string): string {
  return new URLSearchParams({ '': text }).toString().slice(1);
}

/** The content of a JWT, not verified: it is only used to find where to call next. Empty when it is no JWT. */
function claimsOf(token: string): Readonly<Record<string, unknown>> {
  try {
    const claims: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'));
    return isObject(claims) ? claims : {};
  } catch {
    return {};
  }
}
