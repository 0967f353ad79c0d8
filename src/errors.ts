/** The user, or the calling code, asked for something that cannot be. */

/** One line that names the value at fault and says what to write instead; the command line exits with 2 on it. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
