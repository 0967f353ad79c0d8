/** Opens a server and two carriers, has a stream on each, and disposes of all of it. argv: the mode of both. */
import type { PathMode } from '../../../src/punch/options.ts';
import { openSides, openStream, startRelayServer } from './carriers.ts';

const mode = process.argv[2] as PathMode;
{
  await using server = await startRelayServer();
  await using sides = await openSides(server, { one: { mode }, other: { mode } });
  const near = openStream(sides.one);
  const far = openStream(sides.other);
  near.write('some of it');
  for await (const _ of far) break;
  process.stdout.write(sides.one.carrier.route().kind);
}
