/** CXone's name of a region, such as `na1`; `undefined` for a word that is none: it goes into histories and logs. */
export function areaIn(value: unknown): string | undefined {
  return typeof value === 'string' && /^[a-z]{1,12}(?:-[a-z]{1,8})?\d{1,3}$/i.test(value) ? value : undefined;
}
