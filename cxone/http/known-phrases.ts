/** Words about a request that comes too soon, or beside another one. */
const waiting =
  /\bseconds?\b|\bminutes?\b|\bwait(?:ing)?\b|\btry again\b|\bretry\b|\btoo (?:soon|many|often|frequent)|\bonly one\b|\bone (?:request|caller|call|job|extraction)\b|\bat a time\b|\b(?:already|still) (?:running|in progress|being)\b|\bconcurrent/i;
const denied = /\bpermissions?\b|\bpermitted\b|\bauthori[sz]|\bprivileges?\b|\bentitled?\b|\blicen[cs]e/i;

/**
 * Everything of CXone's own words that may leave this folder. What is shown is the name on the left, which is ours: an
 * answer to one request repeats names, notes and numbers of people, so none of its text is ever quoted. The first three
 * decide what an error is (contract §1.8), the next two which 403 of Data Extraction it is (§10); the others help a
 * person to find the reason without the answer itself, which is kept apart (see `RefusedAnswer`).
 */
const patterns = {
  invalid_client: /\binvalid_client\b/i,
  unauthorized_client: /\bunauthorized_client\b/i,
  invalid_grant: /\binvalid_grant\b/i,
  'to wait': waiting,
  'a permission or licence': denied,
  invalid_request: /\binvalid_request\b/i,
  invalid_scope: /\binvalid_scope\b/i,
  unsupported_grant_type: /\bunsupported_grant_type\b/i,
  'No known way to render data': /\bno known way to render data\b/i,
  'an expired token': /\btoken\b[^.]{0,40}\b(?:expired|invalid)\b|\b(?:expired|invalid) token\b/i,
  'a rate limit': /\brate limit|\bquota\b|\bthrottl/i,
  'an approval': /\bapprov/i,
  maintenance: /\bmaintenance\b/i,
  'a time-out': /\btime(?:d)?[ -]?out\b/i,
  'an internal error': /\binternal (?:server )?error\b/i,
  'something not found': /\bnot found\b|\bno such\b|\bdoes not exist\b/i,
  'an entity or version': /\bentity\b|\bversion\b/i,
  'a date range': /\bdate range\b|\brange of dates\b/i,
  startDate: /\bstartDate\b/i,
  endDate: /\bendDate\b/i,
  updatedSince: /\bupdatedSince\b/i,
  orderBy: /\borderBy\b/i,
  fields: /\bfields\b/i,
  top: /\btop\b/i,
  skip: /\bskip\b/i,
  skillId: /\bskillId\b/i,
  campaignId: /\bcampaignId\b/i,
  mediaTypeId: /\bmediaTypeId\b/i,
  'acd-call-id': /\bacd-call-id\b/i,
} as const satisfies Readonly<Record<string, RegExp>>;

export type KnownPhrase = keyof typeof patterns;

/** Which known phrases a text holds, in the order of the list. */
export function phrasesIn(text: string): readonly KnownPhrase[] {
  return (Object.keys(patterns) as KnownPhrase[]).filter((phrase) => patterns[phrase].test(text));
}

/** The phrases as the end of a sentence: `: to wait, a rate limit`; empty when there are none. */
export function speaksOf(phrases: readonly KnownPhrase[]): string {
  return phrases.length === 0 ? '' : `; it speaks of ${phrases.join(', ')}`;
}
