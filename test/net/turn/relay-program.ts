/**
 * A relay of ours as a program of a test: JSON lines on stdin and stdout. argv: the options of openRelay as JSON.
 * In: `{"to": ENDPOINT, "text": …}` sends, anything else ends. Out: the outcome, then whatever happens.
 */
import { createInterface } from 'node:readline';
import { openRelay } from '../../../src/net/turn/relay.ts';

const say = (message: object): void => void process.stdout.write(`${JSON.stringify(message)}\n`);
const opened = await openRelay({
  ...JSON.parse(process.argv[1] ?? ''),
  onEvent: ({ at, ...event }) => say({ event: event.kind, ...event }),
});
if (opened.outcome === 'failed') {
  say(opened);
} else {
  const { relay } = opened;
  relay.onDatagram((bytes, from) => say({ heard: Buffer.from(bytes).toString(), from }));
  say({ outcome: 'open', local: relay.local, mapped: relay.mapped });
  for await (const line of createInterface({ input: process.stdin })) {
    const { to, text } = JSON.parse(line);
    if (!to) break;
    relay.send(Buffer.from(text), to, (code) => say({ unsent: code, to }));
  }
  await relay[Symbol.asyncDispose]();
  say({ outcome: 'closed' });
  process.stdin.destroy();
}
