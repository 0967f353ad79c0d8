/** The keys of a program: where it comes from, what it is given, what it runs. */
import { z } from 'zod';
import { CAPABILITIES } from './capabilities.ts';
import { mapping, template } from './field.ts';

const LIST_MAX = 64;
const ARGUMENTS_MAX = 1000;

/** Debian policy §5.6.1. */
const PACKAGE = /^[a-z0-9][a-z0-9+.-]+$/;
/** Words that no option or second word can hide in. */
const IMAGE = /^[a-zA-Z0-9][\w./:@-]{0,254}$/;
/** POSIX.1-2024 §8.1, and lower case. */
const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/;
const DEVICE = /^\/dev\/[\w./-]+$/;
const IN_CONTAINER = /^\/./;

const word = (pattern: RegExp, message: string) => z.string().regex(pattern, { error: message });

/** Text, or what YAML takes for something else: `env: { PORT: 5201, DEBUG: true }`. */
const plainText = (description: string) =>
  z.union([template(description), z.number(), z.boolean()]).describe(description);

const buildSchema = z
  .union([
    z.string().min(1).describe('The folder with the Dockerfile, beside the lab file.'),
    mapping(
      {
        context: z.string().min(1).describe('The folder that the image is built in, beside the lab file.'),
        dockerfile: z.string().min(1).describe('The Dockerfile, beside the context; default: Dockerfile.').optional(),
      },
      'A folder to build in, and a Dockerfile.',
    ),
  ])
  .meta({
    id: 'build',
    description:
      'An image to build: a folder with a Dockerfile, or context and dockerfile. In place of packages and image.',
  });

export const programShape = {
  packages: z
    .array(word(PACKAGE, 'this is no name of a Debian package').describe('The name of a package.'))
    .max(LIST_MAX)
    .meta({
      id: 'packages',
      description: "Debian packages to install on the lab's own image. In place of image and build.",
    })
    .optional(),
  image: word(IMAGE, 'this is no name of an image, such as alpine:3.22')
    .meta({ id: 'image', description: 'An image that the engine has or can pull. In place of packages and build.' })
    .optional(),
  build: buildSchema.optional(),
  files: z
    .record(
      word(IN_CONTAINER, 'a path in the container begins with /'),
      z.string().min(1).describe('A file or folder, beside the lab file.'),
    )
    .meta({
      id: 'files',
      description: 'Files and folders for the container: by the path there, the path beside the lab file.',
    })
    .optional(),
  env: z
    .record(
      word(VARIABLE, 'this is no name of a variable'),
      plainText('The value; places such as {{pair}} are filled in.'),
    )
    .meta({ id: 'env', description: 'Environment variables.' })
    .optional(),
  devices: z
    .array(word(DEVICE, 'a device is a path such as /dev/net/tun').describe('The path of a device.'))
    .max(LIST_MAX)
    .meta({ id: 'devices', description: 'Devices of the machine that the program may use, such as /dev/net/tun.' })
    .optional(),
  capabilities: z
    .array(z.enum(CAPABILITIES).describe('A capability, as capabilities(7) has it, without CAP_.'))
    .meta({ id: 'capabilities', description: 'What else than usual the program may do, such as NET_ADMIN.' })
    .optional(),
  before: z
    .array(template('A command for sh -c.'))
    .max(LIST_MAX)
    .meta({
      id: 'before',
      description: "Commands for sh -c that run in the program's container before it, one after the other.",
    })
    .optional(),
  command: z
    .union([
      template('A command for sh -c.').transform((script) => ({ kind: 'shell' as const, script })),
      z
        .array(plainText('The program, or an argument.'))
        .min(1)
        .max(ARGUMENTS_MAX)
        .describe('The program and its arguments.')
        .transform((argv) => ({ kind: 'argv' as const, argv })),
    ])
    .meta({
      id: 'command',
      description:
        "What runs, in place of the image's entrypoint and command: text for sh -c, or a list of the program and its arguments. Default: the image's own.",
    })
    .optional(),
};

export const programSchema = (description: string) => mapping(programShape, description);

/** A program as it is written; every key may be missing. */
export type ProgramInput = z.output<ReturnType<typeof programSchema>>;
