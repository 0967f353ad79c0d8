/** The username fragment and password of an agent (RFC 8445 §5.3, RFC 8839 §5.4). */

/** What the two agents exchange by signalling, and authenticate each check with. */
export interface IceCredentials {
  /** The username fragment: 4 to 256 of `A-Z a-z 0-9 + /`. */
  readonly ufrag: string;
  /** The password: 22 to 256 of the same characters. */
  readonly pwd: string;
}

/** The ice-chars of RFC 8839 §5.4: there are 64, so that a byte gives a character without bias. */
const ICE_CHARS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
/** This is 48 bits; RFC 8445 §5.3 asks for 24. */
export const UFRAG_CHARS = 8;
/** This is 144 bits; RFC 8445 §5.3 asks for 128. */
const PWD_CHARS = 24;

/** Draws new credentials. @param randomBytes must be unpredictable: the password is all that keeps strangers out. */
export function createCredentials(randomBytes: (length: number) => Uint8Array): IceCredentials {
  return { ufrag: iceChars(randomBytes(UFRAG_CHARS)), pwd: iceChars(randomBytes(PWD_CHARS)) };
}

/** Whether fragment and password have the length and the characters that RFC 8839 §5.4 allows. */
export function areCredentials({ ufrag, pwd }: IceCredentials): boolean {
  return /^[A-Za-z0-9+/]{4,256}$/.test(ufrag) && /^[A-Za-z0-9+/]{22,256}$/.test(pwd);
}

function iceChars(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => ICE_CHARS.charAt(byte & 0x3f)).join('');
}
