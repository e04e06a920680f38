import type { Received } from '../http/exchange';

/** The route that needs an access key and no registered application (contract §1.7). */
export const accessKeyPath = '/authentication/v1/token/access-key';

/** The route that the Singer tap refreshes its token at, with names of its own (contract §1.7). */
export const refreshPath = '/public/user/refresh';

/** Who asks for a token, and with what; whatever is missing is an empty text. */
export interface Caller {
  readonly grant: string;
  /** How the application proves itself: in the body, by HTTP Basic, both at once, or not at all. */
  readonly proof: 'post' | 'basic' | 'both' | 'none';
  readonly clientId: string;
  readonly clientSecret: string;
  /** The secret of HTTP Basic before it is percent-decoded; empty without Basic. */
  readonly plainSecret: string;
  readonly isJson: boolean;
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  readonly refreshToken: string;
}

/**
 * Reads a token request (contract §1.4, §1.5, §1.7): a form, or JSON. Judges nothing; a body that is neither reads
 * as if it were empty.
 */
export function readCaller({ path, headers, body }: Pick<Received, 'path' | 'headers' | 'body'>): Caller {
  const isJson = /^application\/json\b/i.test(headers['content-type'] ?? '');
  const form = isJson ? readJson(body) : new URLSearchParams(body);
  const get = (name: string): string => form.get(name) ?? '';
  const basic = readBasic(headers.authorization);
  const isPost = form.has('client_secret');
  const isKeyRoute = path === accessKeyPath;
  const isRefresh = path === refreshPath;
  return {
    grant: isKeyRoute ? 'password' : isRefresh ? 'refresh_token' : get('grant_type'),
    proof: headers.authorization === undefined ? (isPost ? 'post' : 'none') : isPost ? 'both' : 'basic',
    clientId: basic?.id ?? get('client_id'),
    clientSecret: basic?.secret ?? get('client_secret'),
    plainSecret: basic?.plain ?? '',
    isJson,
    accessKeyId: get(isKeyRoute ? 'accessKeyId' : 'username'),
    accessKeySecret: get(isKeyRoute ? 'accessKeySecret' : 'password'),
    refreshToken: get(isRefresh ? 'token' : 'refresh_token'),
  };
}

function readJson(body: string): URLSearchParams {
  try {
    const value: unknown = JSON.parse(body);
    const members = typeof value === 'object' && value !== null ? Object.entries(value) : [];
    return new URLSearchParams(members.map(([name, text]): [string, string] => [name, String(text)]));
  } catch {
    return new URLSearchParams();
  }
}

/** Both parts are form-encoded before they are joined (§1.4). */
function readBasic(
  header: string | undefined,
): { readonly id: string; readonly secret: string; readonly plain: string } | undefined {
  const encoded = /^Basic\s+(\S+)$/i.exec(header ?? '')?.[1];
  if (encoded === undefined) return undefined;
  const text = Buffer.from(encoded, 'base64').toString();
  const colon = text.indexOf(':');
  const [id, plain] = colon < 0 ? [text, ''] : [text.slice(0, colon), text.slice(colon + 1)];
  return { id: decode(id), secret: decode(plain), plain };
}

/** Empty when it is not percent-encoded text. */
function decode(part: string): string {
  try {
    return decodeURIComponent(part.replaceAll('+', ' '));
  } catch {
    return '';
  }
}
