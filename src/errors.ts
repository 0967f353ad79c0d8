/** Misuse of the library, as an exception that says in one line what to do differently. */

/** Thrown when an option cannot be used as given; the message names the option's value and the cause. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
