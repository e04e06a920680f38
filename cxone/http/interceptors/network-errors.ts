import { CxoneError } from '../../cxone-error';
import { ProxyError } from '../../../network';
import type { HttpRequest, Interceptor } from '../exchange';
import type { HostNames } from '../host-names';
import { addressRefused } from '../host-policy';

const unreachable = new Set([
  'ENOTFOUND',
  'EAI_AGAIN',
  'EAI_FAIL',
  'ENODATA',
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'EHOSTDOWN',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
  'ETIMEDOUT',
  'EPROTO',
]);
const tls = /^(?:ERR_TLS|ERR_SSL|CERT_|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|HOSTNAME_MISMATCH|INVALID_CA|CRL_)/;
const compression = /^(?:Z_|ERR__ERROR_FORMAT|ERR_BROTLI|ERR_ZLIB)/;

/**
 * Turns what the HTTP library throws into a `CxoneError`, and an abort into the caller's own reason. Only
 * the host and the system's error code are kept: errors of the library hold headers and addresses.
 */
export function networkErrors<Body>(names: HostNames): Interceptor<Body> {
  return (next) => async (request, signal) => {
    signal?.throwIfAborted();
    try {
      return await next(request, signal);
    } catch (error) {
      signal?.throwIfAborted();
      throw error instanceof CxoneError ? error : toNetworkError(error, request, names);
    }
  };
}

/** The error for an exchange that brought no answer: name not resolved, refused, cut off. */
function toNetworkError(error: unknown, { family, url }: HttpRequest, names: HostNames): CxoneError {
  const proxy = proxyErrorIn(error);
  if (proxy !== null) {
    const message = `${names.shown(url)} cannot be reached: ${proxy.message}.`;
    return new CxoneError('CxoneUnreachable', message, { remedy: proxyRemedy });
  }
  const code = codeOf(error);
  const host = names.shown(url);
  if (code === addressRefused) {
    const refused = family === 'file' ? 'MediaHostRefused' : 'HostRefused';
    return new CxoneError(
      refused,
      `${host} was not called: its name resolves to an address that is not public.`,
      { answerId: names.keep(url, refused) },
    );
  }
  if (unreachable.has(code) || tls.test(code)) {
    return new CxoneError('CxoneUnreachable', `${host} cannot be reached (${code}).`);
  }
  if (compression.test(code)) {
    return new CxoneError(
      'IncompleteAnswer',
      `${host} sent a compressed answer that cannot be unpacked (${code}).`,
    );
  }
  return new CxoneError(
    'CxoneUnavailable',
    `The connection to ${host} broke off (${code || 'no reason known'}).`,
  );
}

const proxyRemedy =
  'Check HTTPS_PROXY (address, user and password), whether the proxy lets this host through, and whether the host ' +
  'belongs into NO_PROXY.';

/** The HTTP library wraps what its agent throws. */
function proxyErrorIn(error: unknown): ProxyError | null {
  if (error instanceof ProxyError) return error;
  return error instanceof Error && error.cause instanceof ProxyError ? error.cause : null;
}

function codeOf(error: unknown): string {
  const code: unknown = typeof error === 'object' && error !== null && 'code' in error ? error.code : '';
  return typeof code === 'string' && /^[A-Z][A-Z0-9_]{1,60}$/.test(code) ? code : '';
}
