/** A port that an option names. */
import { StartError } from './start-error.ts';

/** @throws StartError when it is none. */
export function checkPort(option: string, port: number): void {
  if (Number.isInteger(port) && port >= 0 && port <= 0xffff) return;
  throw new StartError('bad-port', `${option} is ${port}: a port is 1 to 65535, or 0 for any free one`);
}
