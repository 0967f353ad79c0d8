/** Parses text from strangers into a message of the protocol, or says in one line what is wrong with it; it never throws. */
import type { z } from 'zod';

export type Parsed<Message> =
  | { readonly ok: true; readonly message: Message }
  /** `type` is the message's own type, if it has one that is a word. */
  | { readonly ok: false; readonly problem: string; readonly type: string | undefined };

const TYPE_MAX_CHARACTERS = 32;

/** Parses a message. Fields that the schema does not know are left out, so that a later version may add some. */
export function parseMessage<Schema extends z.ZodType>(schema: Schema, text: string): Parsed<z.infer<Schema>> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { ok: false, problem: 'not JSON', type: undefined };
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return { ok: true, message: parsed.data };
  const [issue] = parsed.error.issues;
  const path = issue?.path.join('.') ?? '';
  const what = issue?.message ?? 'invalid';
  return { ok: false, problem: path === '' ? what : `${path}: ${what}`, type: typeOf(value) };
}

function typeOf(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || !('type' in value)) return undefined;
  const { type } = value;
  return typeof type === 'string' && /^[a-z-]+$/.test(type) && type.length <= TYPE_MAX_CHARACTERS ? type : undefined;
}
