#!/usr/bin/env node
/**
 * The door: on a Node that is too old it says so, before anything is read that such a Node may not understand. So this
 * file, and the one that it imports, are written in the JavaScript of Node 12, the first that knows modules.
 */
import { isOldNode, NODE_NEEDED } from './node-needed.ts';

if (isOldNode(process.versions.node)) {
  process.stderr.write(`natcheck: needs Node ${NODE_NEEDED} or later, but this is Node ${process.versions.node}\n`);
  // Wrong usage, as in exit-code.ts.
  process.exitCode = 2;
} else {
  import('./process.ts');
}
