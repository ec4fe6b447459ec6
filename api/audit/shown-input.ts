import {
  type GraphQLArgument,
  GraphQLID,
  type GraphQLInputType,
  getNamedType,
  isInputObjectType,
  isListType,
  isNonNullType,
} from 'graphql';
import { decisionOf } from './decisions';

export const CENSORED = '[hidden]';

/** The arguments of an operation without secrets. */
export function shownArguments(args: readonly GraphQLArgument[], given: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const entries = args.flatMap(({ name, type }) => (given[name] === undefined ? [] : [[name, shownValue(type, given[name])] as const]));
  // Nearly all operations have one argument, and it says no more by its name.
  return entries.length === 1 && entries[0]?.[0] === 'input' ? (entries[0][1] as Record<string, unknown>) : Object.fromEntries(entries);
}

function shownValue(type: GraphQLInputType, value: unknown): unknown {
  if (value === null || value === undefined) return value;
  if (isNonNullType(type)) return shownValue(type.ofType, value);
  if (isListType(type)) return Array.isArray(value) ? value.map((each) => shownValue(type.ofType, each)) : shownValue(type.ofType, value);
  if (!isInputObjectType(type)) return value;
  const given = value as Record<string, unknown>;
  return Object.fromEntries(
    Object.values(type.getFields()).flatMap((field) => {
      const found = given[field.name];
      if (found === undefined) return [];
      const shown = decisionOf(type.name, field.name) === 'SHOWN' ? shownValue(field.type, found) : found === null ? null : CENSORED;
      return [[field.name, shown] as const];
    }),
  );
}

/** Ids that an input names, and keys of products. */
export function idsIn(args: readonly GraphQLArgument[], given: Readonly<Record<string, unknown>>): string[] {
  const ids: string[] = [];
  const visit = (type: GraphQLInputType, name: string, value: unknown): void => {
    if (value === null || value === undefined) return;
    if (Array.isArray(value)) {
      for (const each of value) visit(type, name, each);
      return;
    }
    const named = getNamedType(type);
    if (isInputObjectType(named)) {
      for (const field of Object.values(named.getFields()))
        if (decisionOf(named.name, field.name) === 'SHOWN') visit(field.type, field.name, (value as Record<string, unknown>)[field.name]);
    } else if ((named === GraphQLID || name === 'productKey') && typeof value === 'string') ids.push(value);
  };
  for (const { name, type } of args) visit(type, name, given[name]);
  return ids;
}
