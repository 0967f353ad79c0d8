/** What happens to a tunnel, in words. */
import { PUNCH_FAILURES } from '../../src/punch/report/report.ts';
import type { LinkEnd, LinkEvent } from '../../src/tunnel/link/link.ts';

/** Returns one line that still has to be made visible; null for what needs no words. @param isNamed whether ids are names that people know. */
export function eventText(event: LinkEvent, isNamed: boolean): string | null {
  const peer = 'peer' in event && isNamed ? event.peer : 'the other side';
  switch (event.kind) {
    case 'ready':
    case 'connecting':
      return null;
    case 'notice':
      return event.text;
    case 'stranger':
      return strangerText(event.peer, isNamed);
    case 'connected':
      return connectedText(event, peer);
    case 'path':
      return event.path === 'direct'
        ? `the path to ${peer} is direct now`
        : `the path to ${peer} goes through a relay now`;
    case 'lost':
      return `the path to ${peer} seems lost (${event.detail}): opening another one`;
    case 'attempt-failed':
      return `${peer} was not reached: ${event.detail}`;
    case 'ended':
      return `the connection to ${peer} has ended: ${event.detail}`;
  }
}

function strangerText(id: string, isNamed: boolean): string {
  if (!isNamed) return 'somebody else with this code asks for this side, which is connected already';
  return `${id} asks for this side, but is not who is waited for: is one of the ids mistyped?`;
}

function connectedText(
  { path, fingerprint, outageMs }: Extract<LinkEvent, { readonly kind: 'connected' }>,
  peer: string,
): string {
  const how = path === 'direct' ? 'directly' : 'through a relay';
  if (outageMs !== null)
    return `connected to ${peer} again after ${(outageMs / 1000).toFixed(1)} s, ${how}: everything goes on`;
  if (fingerprint === null) return `connected to ${peer} ${how}, encrypted end to end`;
  return `connected to ${peer} ${how}; fingerprint ${fingerprint}: compare it with the other side's, since without a code the server is trusted otherwise`;
}

/** Says why nobody is connected to any more; null where this side has ended it. */
export function endText(end: LinkEnd): string | null {
  switch (end.reason) {
    case 'own-end':
      return null;
    case 'broken':
      return 'a bug has ended it';
    case 'peer-left':
    case 'not-authenticated':
      return end.detail;
    default:
      return end.detail === null ? PUNCH_FAILURES[end.reason] : `${PUNCH_FAILURES[end.reason]}: ${end.detail}`;
  }
}
