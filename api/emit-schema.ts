import { writeFileSync } from 'node:fs';
import { lexicographicSortSchema, printSchema } from 'graphql';
import { buildApiSchema } from './schema';

/** What is checked in as `schema/graphql/schema.graphql`. */
export const printApiSchema = (): string => `${printSchema(lexicographicSortSchema(buildApiSchema()))}\n`;

/** `node dist/api/emit-schema.js schema/graphql/schema.graphql` */
if (require.main === module) {
  const file = process.argv[2] ?? 'schema/graphql/schema.graphql';
  writeFileSync(file, printApiSchema());
}
