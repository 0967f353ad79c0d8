/** The error of a lab that cannot have its addresses. */

/** Another network of the engine, such as another lab's, has them already. */
export class AddressesTakenError extends Error {
  override readonly name = 'AddressesTakenError';
}
