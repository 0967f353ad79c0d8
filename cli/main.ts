#!/usr/bin/env node
/**
 * The entry point. If Node is too old, it says so before it loads anything that such a Node may not understand. So this file
 * and the one that it imports are written in the JavaScript of Node 12, the first version with modules.
 */
import { isOldNode, NODE_NEEDED } from './start/node-needed.ts';

if (isOldNode(process.versions.node)) {
  process.stderr.write(`natcheck: needs Node ${NODE_NEEDED} or later, but this is Node ${process.versions.node}\n`);
  // This is the code for wrong usage in exit-code.ts.
  process.exitCode = 2;
} else {
  if (['pipe', 'expose', 'forward'].some((name) => name === process.argv[2])) keepCollectionsCheap();
  start();
}

function start() {
  // To tell the version takes less time than to look for what was kept compiled.
  if (['--version', '-v'].some((name) => name === process.argv[2])) return import('./process.ts');
  // The flags of V8 decide whether what was kept compiled can be used, so that they come first.
  return import('./start/compile-cache.ts')
    .then(({ keepCompiled }) => keepCompiled(process.env))
    .then(() => import('./process.ts'));
}

/**
 * What passes through a tunnel lies in buffers of 64 KiB, each garbage a moment later. V8 frees them with each collection of its
 * young space. Loading the program lets that space grow from 1 to 16 MiB, and then it takes a collection of everything instead,
 * after each few MiB: half of all CPU time. So the space is kept from growing, before anything is loaded. On a busy machine V8
 * collects everything that often all the same, unless its heap may become twice as large as what was left of it.
 */
function keepCollectionsCheap() {
  process.getBuiltinModule('v8').setFlagsFromString('--semi-space-growth-factor=1');
  process.getBuiltinModule('v8').setFlagsFromString('--heap-growing-percent=100');
}
