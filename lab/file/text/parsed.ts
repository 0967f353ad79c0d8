/** What comes of reading a value from text. */
export type Parsed<T> =
  | { readonly kind: 'parsed'; readonly value: T }
  /** One sentence that says what to write. */
  | { readonly kind: 'refused'; readonly message: string };

export function parsed<T>(value: T): Parsed<T> {
  return { kind: 'parsed', value };
}

export function refused(message: string): Extract<Parsed<never>, { readonly kind: 'refused' }> {
  return { kind: 'refused', message };
}
