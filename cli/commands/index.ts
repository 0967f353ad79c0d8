/** The list of all commands; a command becomes known by its line here. */
import type { Commands } from '../command.ts';

export const COMMANDS: Commands = {
  detect: {
    summary: 'Find out what NAT this machine is behind',
    load: async () => (await import('./detect.ts')).detect,
  },
  punch: { summary: 'Open a direct path to a peer', load: async () => (await import('./punch.ts')).punch },
  expose: {
    summary: 'Let another machine reach ports of this one',
    load: async () => (await import('./expose.ts')).expose,
  },
  forward: {
    summary: 'Use what another machine exposes, on ports of this one',
    load: async () => (await import('./forward.ts')).forward,
  },
  code: {
    summary: 'Make a code, with which two sides meet and know each other',
    load: async () => (await import('./code.ts')).code,
  },
  pipe: {
    summary: 'Connect stdin and stdout of two machines, encrypted',
    load: async () => (await import('./pipe.ts')).pipe,
  },
  demo: {
    summary: 'Detect and punch four simulated NATs; needs no network',
    load: async () => (await import('./demo.ts')).demo,
  },
  lab: { summary: 'Run a lab of real NATs in containers', load: async () => (await import('./lab.ts')).lab },
  serve: {
    summary: 'Run the public side: STUN, the rendezvous, and a relay if wanted',
    load: async () => (await import('./serve.ts')).serve,
  },
  completion: {
    summary: 'Print what makes bash, zsh or fish complete all this',
    load: async () => (await import('./completion.ts')).completionOf(COMMANDS),
  },
};
