export { loadSettings } from './settings';
export type { Settings } from './settings';
export type { ListenAddress, Need } from './setting-list';
export { loadTenants } from './tenants';
export type { Tenant } from './tenants';
export { SettingsError } from './problems';
export type { Problem } from './problems';
export { createLogger } from './logging';
export type { Logger } from './logging';
