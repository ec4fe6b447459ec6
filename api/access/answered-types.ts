import { type GraphQLOutputType, type GraphQLResolveInfo, type GraphQLSchema, getNamedType, isAbstractType } from 'graphql';

/** The object types that a field may give: of a union or an interface, each that belongs to it. */
export function typesGiven(schema: GraphQLSchema, type: GraphQLOutputType): readonly string[] {
  const named = getNamedType(type);
  return isAbstractType(named) ? schema.getPossibleTypes(named).map(({ name }) => name) : [named.name];
}

/** Of which type an object is that a field has given. */
export async function typeOfAnswer(object: unknown, type: GraphQLOutputType, context: unknown, info: GraphQLResolveInfo): Promise<string> {
  const named = getNamedType(type);
  if (!isAbstractType(named)) return named.name;
  const name = await named.resolveType?.(object, context, info, named);
  if (name) return name;
  throw new Error(`${named.name} does not say of which type an object is.`);
}
