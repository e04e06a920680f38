export { askAboutGap } from './live/ask-about-gap';
export { backfill } from './backfill/backfill';
export { downloadRecordings } from './recordings/download-recordings';
export { extractDataset } from './extract/extract-dataset';
export { incrementalSync } from './live/incremental-sync';
export { sweepRecordings } from './recordings/sweep-recordings';
export { syncWindow } from './window/sync-window';
