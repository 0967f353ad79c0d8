/**
 * Connects stdin and stdout with those of the other side by a bare udx stream.
 * Usage: node udx-pipe.ts LOCAL_PORT REMOTE_HOST REMOTE_PORT
 */
import { openStream } from './udx-hole.ts';

const stream = await openStream(process.argv.slice(2));
process.stdin.pipe(stream).pipe(process.stdout);
