import { type GraphQLSchema, isEnumType, isIntrospectionType } from 'graphql';

const NAME = /^[_A-Za-z][_0-9A-Za-z]{0,63}$/;
const patched = new WeakSet<object>();

/**
 * What the store has can't break an answer: a name that this version does not know, of another version or from somebody's hand, is answered as
 * it is, as one that a later version has added would be, and not by an error that takes the whole list with it. Inputs stay exact.
 */
export function withStoredValues(schema: GraphQLSchema): GraphQLSchema {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isEnumType(type) || isIntrospectionType(type) || patched.has(type)) continue;
    patched.add(type);
    const known = new Map(type.getValues().map(({ name, value }) => [value as unknown, name]));
    type.serialize = (value: unknown) => known.get(value) ?? (typeof value === 'string' && NAME.test(value) ? value : 'UNKNOWN');
  }
  return schema;
}
