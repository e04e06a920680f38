/**
 * The four task queues. Workflows run apart from activities, and activities are
 * separated by what bounds them: CXone's patience, bandwidth and media quota, the database.
 */
export const taskQueues = {
  workflows: 'cxone-sync',
  api: 'cxone-api',
  media: 'cxone-media',
  store: 'cxone-store',
} as const;
