import {
  defaultFieldResolver,
  type GraphQLField,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isLeafType,
  isObjectType,
} from 'graphql';
import { isOfAnApp, requireOperation } from '../../core/access/app-role';
import { requireRole } from '../../core/access/require-role';
import type { ApiContext } from '../context';

/** What a key of the role APP gets to see of a task; fields that lead to anything else are refused like operations. */
const SHOWN_TO_APPS: ReadonlySet<string> = new Set([
  ...['Task', 'TaskConnection', 'TaskEdge', 'PageInfo', 'Attempt', 'Transition', 'FailureCause'],
  ...['TaskChangeEvent', 'TaskChange', 'Resync', 'TasksPayload', 'UserError'],
]);

type Field = GraphQLField<unknown, ApiContext>;

/**
 * A viewer changes nothing. Each service looks at the role itself; here it is looked at before the input is made into objects.
 * Puts `requireOperation` before every operation of the schema, and so on both transports. Changes the schema it is given.
 * What may be refused is null then: a request that asks for more than its key may see is answered all the same in the rest.
 */
export function withAppGate(schema: GraphQLSchema): GraphQLSchema {
  const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    for (const field of Object.values(type.getFields())) {
      const operation = `${type.name}.${field.name}`;
      if (!roots.includes(type) && !leadsElsewhere(field)) continue;
      guard(field, operation, type === schema.getMutationType());
      if (isNullWhenRefused(operation, type.name)) field.type = getNullableType(field.type);
    }
  }
  return schema;
}

/** Mutations that no app may use are refused as a whole. */
function isNullWhenRefused(operation: string, type: string): boolean {
  if (type === 'Query') return operation !== 'Query.viewer';
  return type === 'Mutation' ? isOfAnApp(operation) : SHOWN_TO_APPS.has(type);
}

function leadsElsewhere(field: Field): boolean {
  const type = getNamedType(field.type);
  // A browser session is that of whoever asks.
  return !isLeafType(type) && !SHOWN_TO_APPS.has(type.name) && type.name !== 'BrowserSession';
}

function guard(field: Field, operation: string, changes: boolean): void {
  const { resolve = defaultFieldResolver, subscribe } = field;
  if (subscribe) {
    field.subscribe = (source, args, context, info) => {
      requireOperation(context.viewer, operation, args);
      return subscribe(source, args, context, info);
    };
    return;
  }
  field.resolve = (source, args, context, info) => {
    requireOperation(context.viewer, operation, args);
    if (changes && context.viewer.role === 'VIEWER') requireRole(context.viewer, 'OPERATOR');
    return resolve(source, args, context, info);
  };
}
