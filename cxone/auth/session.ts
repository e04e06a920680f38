import type { CxoneConnection } from '../connection';
import { waitFor } from '../http/deadline';
import { createDiscovery } from './discovery';
import { CxoneError } from '../cxone-error';
import type { Exchange } from '../http/exchange';
import type { HostPolicy } from '../http/host-policy';
import { requestToken } from './token';

/** A token that works and where to use it. */
export interface Grant {
  readonly accessToken: string;
  readonly apiEndpoint: string;
  readonly area?: string;
  readonly expiresAt: number;
  readonly renewAt: number;
  /** The number of operator sign-ins when it was requested; null when unknown. */
  readonly credentialsGeneration: number | null;
}

/** A step of signing in that succeeded; never holds the token. */
export type SignInStep =
  | { readonly step: 'discovery' }
  | { readonly step: 'token'; readonly tenantId: string; readonly area?: string }
  | { readonly step: 'tenant'; readonly apiEndpoint: string; readonly area?: string };

/**
 * Holds one tenant's token in memory. However many calls wait for it, one request is made; credentials that were
 * refused are not tried again for a minute, so that steps which fail one after the other do not hammer the endpoint;
 * unless an operator has signed in again since, at any process.
 */
export interface Session {
  /** The current grant, or a new one when less than a fifth of its life is left. */
  getToken(signal?: AbortSignal): Promise<Grant>;
  /** A grant other than the one that was refused; callers refused together share one renewal. */
  refresh(refused: Grant, signal?: AbortSignal): Promise<Grant>;
  /** Whether an operator has signed in again since the grant was requested, so that it may lack new permissions. */
  isStale(grant: Grant): Promise<boolean>;
  /** Forgets the token, and that the credentials were refused, because an operator reports a fix. */
  invalidate(): void;
}

export interface SessionOptions {
  /** Called after each step of signing in that succeeded, so that a failure can be located. */
  readonly onSignIn?: (step: SignInStep) => void;
  /**
   * The number of times an operator has signed in again, at any process, after a fix; null when unknown now.
   * Asked whenever a token is wanted, and when one is not enough. Must not throw.
   */
  readonly credentialsGeneration?: () => Promise<number | null>;
}

/** Never less notice than this, unless the token lives too short for it. */
const minimumNoticeMs = 60_000;
/** How long a refusal that only a person can resolve is not tried again. */
const refusalHoldsMs = 60_000;

interface Refusal {
  readonly error: CxoneError;
  readonly until: number;
  /** The number of operator sign-ins before the refused request was sent; null when unknown. */
  readonly credentialsGeneration: number | null;
}

interface SessionParts {
  readonly connection: CxoneConnection;
  readonly exchange: Exchange;
  readonly policy: HostPolicy;
  readonly now: () => number;
}

export function createSession(
  { connection, exchange, policy, now }: SessionParts,
  { onSignIn = () => {}, credentialsGeneration = async () => null }: SessionOptions = {},
): Session {
  const discovery = createDiscovery(connection, exchange, policy);
  let current: Grant | null = null;
  let renewal: Promise<Grant> | null = null;
  let refusal: Refusal | null = null;

  // The whole chain each time: it costs two small requests an hour, and a tenant that moved is found again.
  async function obtain(times: number | null): Promise<Grant> {
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
      credentialsGeneration: times,
    };
  }

  async function obtainUnlessRefused(): Promise<Grant> {
    // Read before anything is sent: an operator who signs in again after that may have fixed what is refused now.
    const times = await credentialsGeneration();
    if (refusal !== null && now() < refusal.until && !isMore(times, refusal.credentialsGeneration))
      throw refusal.error;
    try {
      current = await obtain(times);
      refusal = null;
      return current;
    } catch (error) {
      if (error instanceof CxoneError && error.kind === 'operator') {
        refusal = { error, until: now() + refusalHoldsMs, credentialsGeneration: times };
      }
      throw error;
    }
  }

  // No caller's signal reaches the shared renewal: one who gives up must not fail the others.
  async function renew(): Promise<Grant> {
    renewal ??= obtainUnlessRefused().finally(() => {
      renewal = null;
    });
    return renewal;
  }

  return {
    async getToken(signal) {
      signal?.throwIfAborted();
      if (current !== null && now() < current.renewAt) return current;
      return waitFor(renew(), signal);
    },
    async refresh(refused, signal) {
      signal?.throwIfAborted();
      if (current !== null && current !== refused) return current;
      return waitFor(renew(), signal);
    },
    async isStale(grant) {
      return isMore(await credentialsGeneration(), grant.credentialsGeneration);
    },
    invalidate() {
      refusal = null;
      // A token may carry the permissions its user had when it was issued.
      current = null;
    },
  };
}

/** What is not known now says nothing. */
function isMore(times: number | null, before: number | null): boolean {
  return times !== null && times !== before;
}

function areaOf({ area }: { readonly area?: string }): { readonly area?: string } {
  return area === undefined ? {} : { area };
}
