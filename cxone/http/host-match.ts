/** Whether a host name matches a pattern of mediaHosts: the very name, or any name below `*.`. */
export function matchesHost(hostname: string, pattern: string): boolean {
  const wanted = pattern.toLowerCase();
  if (wanted.startsWith('*.'))
    return hostname.endsWith(wanted.slice(1)) && hostname.length > wanted.length - 1;
  return hostname === wanted;
}
