import { defaultFieldResolver, type GraphQLField, type GraphQLSchema, getNamedType, isLeafType, isObjectType } from 'graphql';
import type { ApiContext } from '../context';

/** Puts the operation's pace before every field, so that no answer keeps the process from its other work. Changes the schema it is given. */
export function withPace(schema: GraphQLSchema): GraphQLSchema {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    for (const field of Object.values(type.getFields())) pace(field);
  }
  return schema;
}

function pace(field: GraphQLField<unknown, ApiContext>): void {
  const { resolve = defaultFieldResolver } = field;
  if (isLeafType(getNamedType(field.type))) {
    field.resolve = (source, args, context, info) => {
      context.pace.count();
      return context.pace.watch(resolve(source, args, context, info));
    };
    return;
  }
  field.resolve = (source, args, context, info) => {
    // What changes something is not left half done.
    const wait = info.operation.operation === 'query' ? context.pace.step() : undefined;
    const go = (): unknown => context.pace.watch(resolve(source, args, context, info));
    return wait ? wait.then(go) : go();
  };
}
