#!/usr/bin/env node
/**
 * The entry point. If Node is too old, it says so before it loads anything that such a Node may not understand. So this file
 * and the one that it imports are written in the JavaScript of Node 12, the first version with modules.
 */
import { isOldNode, NODE_NEEDED } from './node-needed.ts';

if (isOldNode(process.versions.node)) {
  process.stderr.write(`natcheck: needs Node ${NODE_NEEDED} or later, but this is Node ${process.versions.node}\n`);
  // This is the code for wrong usage in exit-code.ts.
  process.exitCode = 2;
} else {
  // Before anything else is loaded, since that is what it is about.
  import('./tunnel/young-generation.ts').then(() => import('./process.ts'));
}
