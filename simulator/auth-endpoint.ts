import type { Caller } from './caller';
import { ACCESS_KEY_PATH, readCaller } from './caller';
import type { Exchange } from './exchange';
import type { Credentials } from './identifiers';
import type { ClientAuthentication } from './options';
import type { Reply } from './reply';
import { json } from './reply';
import type { Firing } from './switches';
import type { Tokens, TokenSet } from './tokens';

/**
 * The token endpoints: `POST /auth/token` (contract §1.4, §1.5, §1.8), a form or JSON (§11.5), and the route that takes
 * an access key as JSON and no application (§1.7). Errors as `{ error, errorDescription }`; 401 also for
 * `invalid_grant`, unlike RFC 6749. In a form only the registered way of client authentication is accepted; JSON has
 * been seen with Basic, whose parts may then be percent-encoded or not; nothing says that it depends on the
 * registration.
 */
export function createTokenEndpoint(
  credentials: Credentials,
  method: ClientAuthentication,
  tokens: Tokens,
): (exchange: Exchange) => Reply {
  const isClient = (caller: Caller): boolean => {
    const { proof, clientId, clientSecret, plainSecret, grant, isJson } = caller;
    // The spec lists no client_secret for the refresh grant (§1.5); a client that sends one is right as well.
    if (grant === 'refresh_token' && proof === 'none') return clientId === credentials.clientId;
    if (clientId !== credentials.clientId) return false;
    if (isJson && proof === 'basic' && plainSecret === credentials.clientSecret) return true;
    const isRegistered = proof === (method === 'client_secret_basic' ? 'basic' : 'post');
    return (isRegistered || (isJson && proof === 'basic')) && clientSecret === credentials.clientSecret;
  };

  const isGranted = (caller: Caller, firing: Firing): boolean => {
    if (firing.has('keyDeactivated') || firing.has('keyRevoked')) return false;
    return caller.grant === 'refresh_token'
      ? tokens.redeem(caller.refreshToken, firing.has('keepRefreshTokens'))
      : caller.accessKeyId === credentials.accessKeyId &&
          caller.accessKeySecret === credentials.accessKeySecret;
  };

  const issue = ({ firing, now }: Exchange): TokenSet => {
    const short = firing.get('shortTokens');
    if (short === undefined) return tokens.issue(now);
    const seconds = short.seconds ?? 2;
    return tokens.issue(now, { seconds, told: short.silently === true ? 3600 : seconds });
  };

  return (exchange) => {
    const { method: verb, path, headers, firing } = exchange;
    const isKeyRoute = path === ACCESS_KEY_PATH;
    if (verb !== 'POST') return json(405, { error: 'invalid_request', errorDescription: 'POST expected' });
    const wanted = isKeyRoute
      ? /^application\/json\b/i
      : firing.has('refuseJsonTokens')
        ? /^application\/x-www-form-urlencoded\b/i
        : /^application\/(json|x-www-form-urlencoded)\b/i;
    if (!wanted.test(headers['content-type'] ?? '')) {
      const expected = isKeyRoute ? 'JSON expected' : 'form expected';
      return json(415, { error: 'invalid_request', errorDescription: expected });
    }
    const caller = readCaller(exchange);
    if (caller.grant !== 'password' && caller.grant !== 'refresh_token') {
      return json(400, { error: 'unsupported_grant_type', errorDescription: 'Unsupported grant type' });
    }
    if (!isKeyRoute && (firing.has('unapprovedApplication') || !isClient(caller))) {
      return json(401, { error: 'invalid_client', errorDescription: 'Client authentication failed' });
    }
    if (!isGranted(caller, firing))
      return json(401, { error: 'invalid_grant', errorDescription: 'Invalid user credentials' });
    return json(200, issue(exchange), { 'Cache-Control': 'no-store' });
  };
}
