/** The id under which the store knows contact number `n` of the day. */
export const id = (n: number) => `${693_159_000_000 + n}`;

/** A stored file of a call. */
export const file = (segmentId: string) => ({
  segmentId,
  storageKey: `acme/${segmentId}.mp4`,
  bytes: 10,
  sha256: 'b'.repeat(64),
});
