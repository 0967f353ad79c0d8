/** What a machine says in a server's place, as the client of a server would hear it. */
import type { IntroductionInput } from './introduction/output.ts';
import type { ServerMessage } from './protocol/server-message.ts';

export function told(
  message: ServerMessage,
): Extract<IntroductionInput<never>, { readonly kind: 'joined' | 'message' }> {
  if (message.type !== 'joined') return { kind: 'message', message };
  // Nobody has named the STUN servers to this host but its user.
  return { kind: 'joined', joined: message, address: message.stun.addresses?.[0] ?? '' };
}
