import { cancellationSignal } from '@temporalio/activity';
import type { Store } from '../store';
import type { TenantDirectory } from './tenants';

/** What `authenticate` returns: nothing secret. The token stays in the worker's memory. */
export interface Authenticated {
  /** When the current token ends, ISO 8601 in UTC. */
  readonly expiresAt: string;
  /** CXone's region of the tenant, such as `na1`, where it says so. */
  readonly area: string | null;
}

export interface AuthenticationDependencies {
  readonly store: Store;
  readonly tenants: TenantDirectory;
}

/** `authenticate`: discovery, token and the tenant's API address (contract §1.3), ready in this worker. */
export function createAuthenticationActivities({ store, tenants }: AuthenticationDependencies) {
  return {
    /**
     * With `anew`, credentials that were refused a moment ago are sent again, and the other workers are notified to
     * do so as well.
     */
    async authenticate(input: { readonly tenant: string; readonly anew?: boolean }): Promise<Authenticated> {
      const { cxone } = tenants(input.tenant);
      // Before CXone is asked: what is refused from now on is refused in spite of it.
      if (input.anew) await store.signIns.note(input.tenant);
      const { expiresAt, area } = await cxone.authenticate(cancellationSignal(), input.anew);
      return { expiresAt: expiresAt.toISOString(), area: area ?? null };
    },
  };
}
