export { createAgents } from './agents';
export type { AgentOptions, Agents } from './agents';
export { isThisMachine } from './loopback';
export { noProxies } from './proxies';
export type { Proxies } from './proxies';
export { ProxyError } from './tunnel';
