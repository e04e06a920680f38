export { backfill } from './backfill';
export { downloadRecordings } from './download-recordings';
export { syncWindow } from './sync-window';
