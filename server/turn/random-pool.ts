/** Random bytes in small portions, of which the relay needs some for each Data indication: one by one they cost a third of it. */

/** 680 transaction ids. */
const POOL_BYTES = 8_192;

/** Gives each byte once; what has been given stays as it is. */
export function poolRandom(randomBytes: (length: number) => Uint8Array): (length: number) => Uint8Array {
  let pool = new Uint8Array(0);
  let at = 0;
  return (length) => {
    if (length > POOL_BYTES) return randomBytes(length);
    if (at + length > pool.length) {
      pool = new Uint8Array(randomBytes(POOL_BYTES));
      at = 0;
    }
    at += length;
    return pool.subarray(at - length, at);
  };
}
