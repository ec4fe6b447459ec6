import express, { type Request, type Response } from 'express';
import { type DocumentNode, type GraphQLSchema, introspectionFromSchema, Kind } from 'graphql';
import { API_LIMITS } from '../limits';
import { readDocument } from './document/read';
import { sendAll } from './graphql-http';
import { type Refuse, refuseGraphql } from './signed-in';

/** More than any tool's question for the schema is long. */
const QUESTION_BYTES = 16 * 1024;

/**
 * The explorer shows a schema before anybody has given it a key. So where it is on, a request without a key is refused unless it asks for
 * the schema and nothing else. All are told the whole of it, from the same bytes: what a stranger asks for costs no work.
 */
export function refuseUnlessSchema(schema: GraphQLSchema): Refuse {
  const read = express.json({ limit: QUESTION_BYTES });
  let answer: Buffer | undefined;
  return (res, refusal) => {
    const { req } = res;
    if (refusal.code !== 'NOT_SIGNED_IN' || !isShortQuestion(req)) return refuseGraphql(res, refusal);
    const timeout = setTimeout(() => req.destroy(), API_LIMITS.firstRequestMs);
    read(req, res, (error?: unknown) => {
      clearTimeout(timeout);
      if (error !== undefined || !asksForSchemaOnly(req.body)) return refuseGraphql(res, refusal);
      answer ??= Buffer.from(JSON.stringify({ data: introspectionFromSchema(schema, { inputValueDeprecation: true }) }));
      res.removeHeader('WWW-Authenticate');
      res.status(200).type('application/json');
      void sendAll(res as Response, answer);
    });
  };
}

/** A wrong key is told so; a tool that has none yet may send the scheme alone. */
const isShortQuestion = ({ method, headers }: Request): boolean =>
  method === 'POST' &&
  /^(bearer)?\s*$/i.test(headers.authorization ?? '') &&
  headers['transfer-encoding'] === undefined &&
  Number(headers['content-length'] ?? 0) <= QUESTION_BYTES;

function asksForSchemaOnly(body: unknown): boolean {
  const query = (body as { query?: unknown } | undefined)?.query;
  if (typeof query !== 'string') return false;
  try {
    return isSchemaOnly(readDocument({ source: query, variables: undefined, extensions: undefined }));
  } catch {
    return false;
  }
}

function isSchemaOnly({ definitions }: DocumentNode): boolean {
  const operations = definitions.filter((one) => one.kind === Kind.OPERATION_DEFINITION);
  const asked = operations.flatMap(({ selectionSet }) => selectionSet.selections);
  return (
    operations.length === 1 &&
    operations[0]?.operation === 'query' &&
    asked.every((one) => one.kind === Kind.FIELD && one.name.value === '__schema' && one.alias === undefined)
  );
}
