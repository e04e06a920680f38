import type { Exchange } from './exchange';
import type { Credentials } from './identifiers';
import type { ClientAuthentication } from './options';
import type { Reply } from './reply';
import { json } from './reply';
import type { Tokens } from './tokens';

/**
 * `POST /auth/token` (contract §1.4, §1.5, §1.8): a form; errors as `{ error, errorDescription }`; 401 also for
 * `invalid_grant`, unlike RFC 6749. Only the registered way of client authentication is accepted.
 */
export function createTokenEndpoint(
  credentials: Credentials,
  method: ClientAuthentication,
  tokens: Tokens,
): (exchange: Exchange) => Reply {
  const isClient = (form: URLSearchParams, authorization: string | undefined): boolean => {
    const basic = readBasic(authorization);
    if (method === 'client_secret_basic') {
      return (
        !form.has('client_secret') &&
        basic?.id === credentials.clientId &&
        basic.secret === credentials.clientSecret
      );
    }
    return (
      authorization === undefined &&
      form.get('client_id') === credentials.clientId &&
      form.get('client_secret') === credentials.clientSecret
    );
  };

  return ({ method: verb, headers, body, now }) => {
    if (verb !== 'POST') return json(405, { error: 'invalid_request', errorDescription: 'POST expected' });
    if (!/^application\/x-www-form-urlencoded\b/i.test(headers['content-type'] ?? '')) {
      return json(415, { error: 'invalid_request', errorDescription: 'form expected' });
    }
    const form = new URLSearchParams(body);
    const grant = form.get('grant_type');
    if (grant !== 'password' && grant !== 'refresh_token') {
      return json(400, { error: 'unsupported_grant_type', errorDescription: 'Unsupported grant type' });
    }
    // The spec lists no client_secret for the refresh grant (§1.5); a client that sends one is right as well.
    const isPublicRefresh =
      grant === 'refresh_token' &&
      headers.authorization === undefined &&
      !form.has('client_secret') &&
      form.get('client_id') === credentials.clientId;
    if (!isPublicRefresh && !isClient(form, headers.authorization)) {
      return json(401, { error: 'invalid_client', errorDescription: 'Client authentication failed' });
    }
    const isGranted =
      grant === 'refresh_token'
        ? tokens.redeem(form.get('refresh_token') ?? '')
        : form.get('username') === credentials.accessKeyId &&
          form.get('password') === credentials.accessKeySecret;
    if (!isGranted)
      return json(401, { error: 'invalid_grant', errorDescription: 'Invalid user credentials' });
    return json(200, tokens.issue(now), { 'Cache-Control': 'no-store' });
  };
}

/** Both parts are form-encoded before they are joined (§1.4). */
function readBasic(header: string | undefined): { readonly id: string; readonly secret: string } | undefined {
  const encoded = /^Basic\s+(\S+)$/i.exec(header ?? '')?.[1];
  if (encoded === undefined) return undefined;
  const [id, secret] = Buffer.from(encoded, 'base64').toString().split(':');
  try {
    const decode = (part: string | undefined): string =>
      decodeURIComponent((part ?? '').replaceAll('+', ' '));
    return { id: decode(id), secret: decode(secret) };
  } catch {
    return undefined;
  }
}
