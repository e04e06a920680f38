import { accessKeyPath, refreshPath } from './auth/read-credentials';
import type { AgentLists } from './admin/agent-lists';
import type { AgentsEndpoint } from './admin/agents-endpoint';
import { BadParameter } from './http/bad-parameter';
import type { ContactsEndpoint } from './contacts/contacts-endpoint';
import type { Exchange, Family, Handler } from './http/exchange';
import { type LookupName, lookupNames, type Lookups } from './admin/lookups';
import type { MediaEndpoint } from './media/media-endpoint';
import { unauthorized } from './http/error-replies';
import { empty, json, type Reply, text } from './http/reply';
import type { Tokens } from './auth/tokens';

interface Parts {
  readonly tokens: Tokens;
  readonly discovery: (exchange: Exchange) => Reply;
  readonly token: (exchange: Exchange) => Reply;
  readonly contacts: ContactsEndpoint;
  readonly agents: AgentsEndpoint;
  readonly agentLists: AgentLists;
  readonly lookups: Lookups;
  readonly media: MediaEndpoint;
  readonly extraction: Handler;
}

// The prefix is met in several casings in production; versions are always NN.0 (contract §2.0).
const acdPath = /^\/incontactapi\/services\/v(\d{1,2})\.0\/(.+?)\/?$/i;
const newestVersion = 36;

/** The part of CXone that a path on the main origin belongs to. */
export function familyOf(path: string): Family {
  if (path === '/auth/token' || path === accessKeyPath || path === refreshPath) return 'auth';
  if (path === '/auth/jwks' || path.startsWith('/.well-known/')) return 'discovery';
  if (/^\/media-playback\//i.test(path)) return 'media';
  if (/^\/data-extraction\//i.test(path)) return 'extraction';
  const resource = acdPath.exec(path)?.[2]?.toLowerCase().split('/')[0];
  if (resource === 'contacts' || resource === 'agents') return resource;
  if (resource === 'agents-states') return 'agents';
  return lookupNames.includes(resource as LookupName) ? 'lookups' : 'unknown';
}

/** Creates the API: who may pass, and which endpoint answers. */
export function createApi(parts: Parts): Handler {
  const acd = (exchange: Exchange): Reply => {
    const [, version, resource] = acdPath.exec(exchange.path) as unknown as [string, string, string];
    const { family } = exchange;
    if (exchange.method !== 'GET') return empty(405);
    if (Number(version) < 2 || Number(version) > newestVersion) return empty(404);
    if (!wantsJson(exchange)) return text(200, 'No known way to render data', 'text/html');
    const [name, id, part] = resource.toLowerCase().split('/');
    if (family === 'contacts' && id === 'completed') {
      return parts.contacts.completed(exchange, Number(version));
    }
    if (family === 'contacts' && /^\d{1,15}$/.test(id ?? '')) {
      if (part === 'state-history' || part === 'statehistory')
        return parts.contacts.states(exchange, Number(id));
      return parts.contacts.byId(exchange, Number(version), Number(id));
    }
    if (family === 'agents') {
      if (id === 'skills') return parts.agentLists.skills(exchange);
      if (id === 'states' || name === 'agents-states') return parts.agentLists.states(exchange);
      return id === undefined ? parts.agents.list(exchange) : parts.agents.byId(exchange, id);
    }
    return family === 'lookups' ? parts.lookups(exchange, name as LookupName) : empty(404);
  };

  return (exchange) => {
    const { family, firing, headers, now } = exchange;
    if (firing.has('revokeTokens') || firing.has('keyRevoked')) parts.tokens.revokeAll();
    if (family === 'auth') return parts.token(exchange);
    if (family === 'discovery') return parts.discovery(exchange);
    if (family === 'unknown') return empty(404);
    if (!parts.tokens.isValid(headers.authorization, now)) {
      return unauthorized(family);
    }
    try {
      if (family === 'extraction') return parts.extraction(exchange);
      return family === 'media' ? parts.media(exchange) : acd(exchange);
    } catch (error) {
      if (!(error instanceof BadParameter)) throw error;
      return family === 'media'
        ? json(400, { internalCode: 'PLAYBACK_400', message: error.message })
        : empty(400, { icStatusDescription: error.message });
    }
  };
}

/**
 * What gets JSON: any `Accept` that does not begin with `text/html`, as the wildcard of most HTTP libraries does not
 * (contract §2.0, §11.3). Without the header, or for a browser's, the service answers 200 with a line of HTML.
 */
function wantsJson({ headers, firing }: Exchange): boolean {
  const accept = headers.accept ?? '';
  if (firing.has('htmlUnlessJson')) return /\bjson\b/i.test(accept);
  const [first = ''] = accept.split(',');
  return first.trim() !== '' && !/^\s*text\/html\b/i.test(first);
}
