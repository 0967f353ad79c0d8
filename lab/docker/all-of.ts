/** All results, or the first error, but not before every attempt has ended: nothing is created behind a removal's back. */
export async function allOf<T>(attempts: readonly Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(attempts);
  return Promise.all(attempts);
}
