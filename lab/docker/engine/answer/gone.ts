/** Removal of what may be gone already. */

export type EngineError = Error & { readonly statusCode?: number };

/** Takes it for success that the thing is not there (404), or is being removed already (409). */
export async function gone(removal: Promise<unknown>): Promise<void> {
  await removal.catch((error: EngineError) => {
    if (error.statusCode !== 404 && error.statusCode !== 409) throw error;
  });
}
