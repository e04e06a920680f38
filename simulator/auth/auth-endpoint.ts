import { accessKeyPath, type Caller, readCaller, refreshPath } from './read-credentials';
import type { Exchange } from '../http/exchange';
import type { Credentials } from './credentials';
import type { ClientAuthentication } from '../options';
import { json, type Reply } from '../http/reply';
import type { Firing } from '../http/fault-names';
import type { Tokens, TokenSet } from './tokens';

/**
 * The token endpoints: `POST /auth/token` (contract §1.4, §1.5, §1.8), a form or JSON (§11.5), and the route that takes
 * an access key, or a refresh token, as JSON and no application (§1.7). Errors as `{ error, errorDescription }`; 401 also for
 * `invalid_grant`, unlike RFC 6749. In a form only the registered way of client authentication is accepted; JSON has
 * been seen with Basic, and nothing says that it depends on the registration. The parts of Basic may be percent-encoded
 * or not, as clients in production do both.
 */
export function createTokenEndpoint(
  credentials: Credentials,
  method: ClientAuthentication,
  tokens: Tokens,
): (exchange: Exchange) => Reply {
  const isClient = (caller: Caller, firing: Firing): boolean => {
    const { proof, clientId, clientSecret, plainSecret, grant, isJson } = caller;
    // The spec lists no client_secret for the refresh grant (§1.5); a client that sends one is right as well.
    if (grant === 'refresh_token' && proof === 'none') return clientId === credentials.clientId;
    const isRegistered = proof === (method === 'client_secret_basic' ? 'basic' : 'post');
    if (clientId !== credentials.clientId || !(isRegistered || (isJson && proof === 'basic'))) return false;
    const isPlain = plainSecret === credentials.clientSecret && !firing.has('encodedBasicOnly');
    return isPlain || clientSecret === credentials.clientSecret;
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
    return tokens.issue(now, { seconds, declared: short.silently === true ? 3600 : seconds });
  };

  return (exchange) => {
    const { method: verb, path, headers, firing } = exchange;
    // Neither asks for an application.
    const isBare = path === accessKeyPath || path === refreshPath;
    if (verb !== 'POST') return json(405, { error: 'invalid_request', errorDescription: 'POST expected' });
    const wanted = isBare
      ? /^application\/json\b/i
      : firing.has('refuseJsonTokens')
        ? /^application\/x-www-form-urlencoded\b/i
        : /^application\/(json|x-www-form-urlencoded)\b/i;
    if (!wanted.test(headers['content-type'] ?? '')) {
      const expected = isBare ? 'JSON expected' : 'form expected';
      return json(415, { error: 'invalid_request', errorDescription: expected });
    }
    const caller = readCaller(exchange);
    if (caller.grant !== 'password' && caller.grant !== 'refresh_token') {
      return json(400, { error: 'unsupported_grant_type', errorDescription: 'Unsupported grant type' });
    }
    if (!isBare && (firing.has('unapprovedApplication') || !isClient(caller, firing))) {
      return json(401, { error: 'invalid_client', errorDescription: 'Client authentication failed' });
    }
    if (!isGranted(caller, firing))
      return json(401, { error: 'invalid_grant', errorDescription: 'Invalid user credentials' });
    const issued = issue(exchange);
    return json(200, path === refreshPath ? refreshed(issued) : issued, { 'Cache-Control': 'no-store' });
  };
}

/** Tokens under the names of the other route. */
function refreshed({ access_token, refresh_token, expires_in }: TokenSet): object {
  return {
    token: access_token,
    refreshToken: refresh_token,
    tokenExpirationTimeSec: expires_in,
    refreshTokenExpirationTimeSec: expires_in,
  };
}
