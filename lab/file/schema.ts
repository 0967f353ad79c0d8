/** The JSON Schema of lab files, for editors: made of what files are held to. */
import { z } from 'zod';
import { fileSchema, SCHEMA_NAME } from './shape/file.ts';

/** Returns the schema, draft 2020-12. It takes all that the reader takes, and some that only the reader refuses. */
export function labFileSchema(): Readonly<Record<string, unknown>> {
  const { $schema, ...schema } = z.toJSONSchema(fileSchema, { io: 'input' });
  return { $schema, $id: SCHEMA_NAME, title: 'A lab file, as natcheck lab run takes it', ...schema };
}

/** The same as text. */
export function labFileSchemaText(): string {
  return `${JSON.stringify(labFileSchema(), null, 2)}\n`;
}
