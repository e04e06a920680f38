/**
 * Where CXone's administrators find what we need, as their menu calls it (contract §6, §11.9, §11.10). Newer tenants
 * have other names for some of it; both stand here, so that every reader of a message finds one of them.
 */

/** The part of a role that is about recordings. */
const hub = 'Search & Playback (in newer CXone: Interactions Hub Permissions)';

export const permissions = {
  contacts: 'ACD > ACD > View = On, and for Contact History Agent View or Supervisor View = On',
  agents: 'Admin > Employees > View = On',
  lookups: 'Admin > Employees > View = On, and View of ACD > Skills, Campaigns, Teams and Dispositions',
  media: `${hub} > Player permissions > Play/download recordings = Enabled (Play Any & Download)`,
  sentiments: `${hub} > Player permissions > View sentiments and categories = On`,
  extraction: `${hub} > APIs permissions > Extract interaction metadata = On`,
  viewEvaluations: `${hub} > Search permissions > View evaluations = Enabled (Scores & Evaluators), which needs a QM licence`,
  evaluations: 'QM Tools > Data Extraction APIs > QM Workflow API',
} as const;

/** Contract §4.6: without it the API may be refused, throttled, or billed afterwards. */
export const mediaPlaybackSku =
  'The Media Playback API needs a SKU of its own in the customer’s contract with NICE: ask whether it is there';
