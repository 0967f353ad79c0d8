/** WebSockets to the server that has served this page. */

/** @param path relative to the page. @returns null where the browser has no WebSocket, or forbids it to this page. */
export function openWebSocket(path: string, page: string): WebSocket | null {
  const url = new URL(path, page);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  try {
    return new WebSocket(url);
  } catch {
    return null;
  }
}
