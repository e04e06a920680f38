import type { Exchange } from '../http/exchange';
import { empty, json, type Reply } from '../http/reply';
import type { SigningKey } from './tokens';

/** The unauthenticated documents: OpenID and tenant discovery, and the keys (contract §1.2). */
export function createDiscoveryEndpoint(
  tenantId: string,
  address: () => string,
  { jwk }: SigningKey,
): (exchange: Exchange) => Reply {
  return ({ path, parameters }) => {
    const issuer = address();
    if (path === '/auth/jwks') return json(200, { keys: [jwk] });
    if (path === '/.well-known/openid-configuration') {
      return json(200, {
        issuer,
        authorization_endpoint: `${issuer}/auth/authorize`,
        token_endpoint: `${issuer}/auth/token`,
        // The real document names only this one, whatever the application was registered for.
        token_endpoint_auth_methods_supported: ['client_secret_basic'],
        token_endpoint_auth_signing_alg_values_supported: ['RS256'],
        jwks_uri: `${issuer}/auth/jwks`,
        end_session_endpoint: `${issuer}/auth/endsession`,
        scopes_supported: ['openid'],
        response_types_supported: ['code'],
        subject_types_supported: ['public'],
        id_token_signing_alg_values_supported: ['RS256'],
        request_object_signing_alg_values_supported: ['none'],
        display_values_supported: ['page', 'popup'],
        claim_types_supported: ['normal'],
        code_challenge_methods_supported: ['S256'],
      });
    }
    if (path !== '/.well-known/cxone-configuration') return empty(404);
    const asked = parameters.get('tenantId');
    if (asked === undefined) return json(400, { message: 'tenantId is required' });
    if (asked.toLowerCase() !== tenantId) return json(404, { message: 'Tenant not found' });
    return json(200, {
      private: false,
      ui_endpoint: issuer,
      auth_endpoint: issuer,
      api_endpoint: issuer,
      domain: 'niceincontact.com',
      uhDomain: 'nice-incontact.com',
      acdDomain: 'nice-incontact.com',
      area: 'na1',
      cluster: 'c31',
      tenantId,
      globaldomain: 'niceincontact.com',
    });
  };
}
