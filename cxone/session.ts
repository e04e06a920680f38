import type { CxoneConnection } from './connection';
import { waitFor } from './deadline';
import { createDiscovery } from './discovery';
import { CxoneError } from './errors';
import type { Exchange } from './exchange';
import type { HostPolicy } from './host-policy';
import { requestToken } from './token';

/** A token that works and where to use it. */
export interface Grant {
  readonly accessToken: string;
  readonly apiEndpoint: string;
  readonly area?: string;
  readonly expiresAt: number;
  readonly renewAt: number;
}

/** A step of signing in that succeeded; never holds the token. */
export type SignInStep =
  | { readonly step: 'discovery' }
  | { readonly step: 'token'; readonly tenantId: string; readonly area?: string }
  | { readonly step: 'tenant'; readonly apiEndpoint: string; readonly area?: string };

/**
 * Holds one tenant's token in memory. However many calls wait for it, one request is made; credentials that were
 * refused are not tried again for a minute, so that steps which fail one after the other do not hammer the endpoint.
 */
export interface Session {
  /** The grant at hand, or a new one when less than a fifth of its life is left. */
  grant(signal?: AbortSignal): Promise<Grant>;
  /** A grant other than the one that was refused; callers refused together share one renewal. */
  replace(refused: Grant, signal?: AbortSignal): Promise<Grant>;
  /** Forgets the token, and that the credentials were refused, since somebody says that something is mended. */
  forget(): void;
}

/** Never less notice than this, unless the token lives too short for it. */
const minimumNoticeMs = 60_000;
/** How long a refusal that only a person can mend is taken for granted. */
const refusalHoldsMs = 60_000;

export function createSession(
  connection: CxoneConnection,
  exchange: Exchange,
  policy: HostPolicy,
  now: () => number,
  onSignIn: (step: SignInStep) => void = () => {},
): Session {
  const discovery = createDiscovery(connection, exchange, policy);
  let current: Grant | null = null;
  let renewal: Promise<Grant> | null = null;
  let refusal: { readonly error: CxoneError; readonly until: number } | null = null;

  // The whole chain each time: it costs two small requests an hour, and a tenant that moved is found again.
  async function obtain(): Promise<Grant> {
    const endpoint = await discovery.tokenEndpoint();
    onSignIn({ step: 'discovery' });
    const asked = now();
    const token = await requestToken(connection, exchange, endpoint);
    onSignIn({ step: 'token', tenantId: token.tenantId, ...areaOf(token) });
    const endpoints = await discovery.tenantEndpoints(token.tenantId);
    onSignIn({ step: 'tenant', ...endpoints });
    const area = endpoints.area ?? token.area;
    const notice = Math.min(Math.max(token.lifetimeMs * 0.2, minimumNoticeMs), token.lifetimeMs / 2);
    return {
      accessToken: token.accessToken,
      apiEndpoint: endpoints.apiEndpoint,
      ...(area === undefined ? {} : { area }),
      expiresAt: asked + token.lifetimeMs,
      renewAt: asked + token.lifetimeMs - notice,
    };
  }

  // No caller's signal reaches the shared renewal: one who gives up must not fail the others.
  async function renew(): Promise<Grant> {
    if (refusal !== null && now() < refusal.until) throw refusal.error;
    renewal ??= obtain()
      .then(
        (grant) => {
          refusal = null;
          current = grant;
          return grant;
        },
        (error: unknown) => {
          if (error instanceof CxoneError && error.kind === 'operator') {
            refusal = { error, until: now() + refusalHoldsMs };
          }
          throw error;
        },
      )
      .finally(() => {
        renewal = null;
      });
    return renewal;
  }

  return {
    async grant(signal) {
      signal?.throwIfAborted();
      if (current !== null && now() < current.renewAt) return current;
      return waitFor(renew(), signal);
    },
    async replace(refused, signal) {
      signal?.throwIfAborted();
      if (current !== null && current !== refused) return current;
      return waitFor(renew(), signal);
    },
    forget() {
      refusal = null;
      // A token may carry the permissions its user had when it was issued.
      current = null;
    },
  };
}

function areaOf({ area }: { readonly area?: string }): { readonly area?: string } {
  return area === undefined ? {} : { area };
}
