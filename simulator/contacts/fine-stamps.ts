/**
 * Digits below the millisecond, as a service that keeps ticks of 100 nanoseconds shows them: a property of the contact,
 * not of what happens to it. In milliseconds, 0 to 0.9999.
 */
export function belowMillisecond(contactId: number): number {
  return (contactId % 10_000) / 10_000;
}

/** The row with these digits on start and last update. */
export function withFineStamps(row: string, contactId: number): string {
  const digits = String(contactId % 10_000).padStart(4, '0');
  if (digits === '0000') return row;
  return row.replace(
    /"(contactStartDate|lastUpdateTime)":"([^".]{19})(\.\d{3})?Z"/g,
    (_text, field: string, seconds: string, fraction = '.000') =>
      `"${field}":"${seconds}${fraction}${digits}Z"`,
  );
}
