/** The log of a server: one line for each event that is worth one, as text or as JSON, without addresses unless they are wanted. */
import { visible } from '../../src/visible.ts';

/** From what is told least to what is told most. */
export const LOG_LEVELS = ['error', 'warn', 'info', 'debug'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];
export const LOG_FORMATS = ['text', 'json'] as const;
export type LogFormat = (typeof LOG_FORMATS)[number];

export interface LogFields {
  /** A whole sentence, where the event needs one. */
  readonly message?: string;
  /** The address of a user, which is left out unless the log is to have addresses. */
  readonly from?: string;
  readonly [name: string]: string | number | boolean | readonly string[] | undefined;
}

/** Takes an event, by its name in kebab case. */
export type ServerLog = (level: LogLevel, event: string, fields?: LogFields) => void;

export interface LogOptions {
  /** What is told less than this is left out. */
  readonly level: LogLevel;
  readonly format: LogFormat;
  /** Whether the addresses of users are in it. */
  readonly addresses: boolean;
  /** Takes a line, which ends with a line feed. */
  readonly write: (line: string) => void;
  /** The time, as it is written. */
  readonly timestamp: () => string;
}

/** Whoever wants no log has this one. */
export const SILENT: ServerLog = () => {};

export function createLog({ level: least, format, addresses, write, timestamp }: LogOptions): ServerLog {
  const most = LOG_LEVELS.indexOf(least);
  const lineOf = format === 'json' ? jsonLine : textLine;
  return (level, event, { from, ...fields } = {}) => {
    if (LOG_LEVELS.indexOf(level) > most) return;
    const told = { ...fields, ...(addresses && from !== undefined && { from }) };
    write(`${lineOf({ time: timestamp(), level, event, fields: told })}\n`);
  };
}

interface Entry {
  readonly time: string;
  readonly level: LogLevel;
  readonly event: string;
  readonly fields: LogFields;
}

function jsonLine({ fields, ...entry }: Entry): string {
  return visible(JSON.stringify({ ...entry, ...fields }));
}

/** `TIME LEVEL EVENT name=value …: message`; a value that is not one plain word is in quotes, as JSON has it. */
function textLine({ time, level, event, fields: { message, ...fields } }: Entry): string {
  const values = Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => ` ${name}=${valueText(Array.isArray(value) ? value.join(',') : String(value))}`);
  const line = `${time} ${level.padEnd(5)} ${event}${values.join('')}`;
  return visible(message === undefined ? line : `${line}: ${message}`);
}

function valueText(text: string): string {
  return /^[\w.,:/[\]?=%+-]+$/.test(text) ? text : JSON.stringify(text);
}
