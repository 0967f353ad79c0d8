/** Text from strangers to a message of the protocol, or what is wrong with it in one line; never an exception. */
import type { z } from 'zod';

export type Parsed<Message> =
  | { readonly ok: true; readonly message: Message }
  /** `type` is what the message calls itself, if that is a word at all. */
  | { readonly ok: false; readonly problem: string; readonly type: string | undefined };

const TYPE_MAX_CHARACTERS = 32;

/** Fields that the schema does not know are left out, so that a later version may add some. */
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
