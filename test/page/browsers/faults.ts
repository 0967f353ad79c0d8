/** What a browser may lack or do, as scripts that a page runs before its own. */

export const WITHOUT_WEBRTC = 'delete globalThis.RTCPeerConnection';
export const WEBRTC_FORBIDDEN = `globalThis.RTCPeerConnection = function () { throw new Error('by a policy'); }`;
export const WEBRTC_MUTE = 'RTCPeerConnection.prototype.createOffer = () => new Promise(() => {})';
export const WITHOUT_WEBSOCKET = 'delete globalThis.WebSocket';
/** Whoever asks for the time of day gets none. */
export const WITHOUT_DATE = `globalThis.Date = function () { throw new Error('the time of day'); }`;
/** Keeps a test in its middle until it is released, also where the page is loaded again. */
export const HELD = `{
  const real = RTCPeerConnection.prototype.addIceCandidate;
  RTCPeerConnection.prototype.addIceCandidate = function (...given) {
    return sessionStorage.released ? real.apply(this, given) : new Promise(() => {});
  };
}`;
export const RELEASE = 'sessionStorage.released = true';
/** Has waits of that length be over at once, by the clock of the page too. */
export const passing = (waitMs: number): string => `{
  const [now, later] = [performance.now.bind(performance), setTimeout];
  let passedMs = 0;
  performance.now = () => now() + passedMs;
  globalThis.setTimeout = (run, ms = 0) => {
    if (Math.abs(ms - ${waitMs}) > 50) return later(run, ms);
    passedMs += ms;
    return later(run);
  };
}`;
