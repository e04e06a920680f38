/**
 * The nonce of a chunk: its number and whether it is the last. A data key encrypts one file only, so none comes twice
 * under a key. Chunks that change places, are left out, or end where the last was not, do not open.
 */
export function chunkNonce(number: number, last: boolean): Buffer {
  const nonce = Buffer.alloc(12);
  // 65,536 bytes each: 281 TB until the number is used up.
  nonce.writeUInt32BE(number, 7);
  nonce[11] = last ? 1 : 0;
  return nonce;
}
