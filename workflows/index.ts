export { askAboutGap } from './ask-about-gap';
export { backfill } from './backfill';
export { downloadRecordings } from './download-recordings';
export { extractDataset } from './extract-dataset';
export { incrementalSync } from './incremental-sync';
export { sweepRecordings } from './sweep-recordings';
export { syncWindow } from './sync-window';
