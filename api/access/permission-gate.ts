import {
  defaultFieldResolver,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isAbstractType,
  isLeafType,
  isListType,
  isObjectType,
} from 'graphql';
import { ownDevices } from '../../core/access/apps/own-devices';
import type { Root } from '../../core/access/permissions/operations';
import { notForApps, permissionOf, requireOperation } from '../../core/access/permissions/require-operation';
import { appFieldsOf, OF_A_DEVICE, OF_A_PRODUCT } from '../../core/access/permissions/types';
import type { Viewer } from '../../core/access/viewer';
import type { ApiContext } from '../context';
import { typeOfAnswer, typesGiven } from './answered-types';

type Field = GraphQLField<unknown, ApiContext>;
/** Throws NOT_ALLOWED. */
type Check = (viewer: Viewer, args: object, context: ApiContext) => void;

const ROOTS: readonly string[] = ['Query', 'Mutation', 'Subscription'];

/**
 * R-UI-4: puts the tables of `core/access/permissions` before every operation and field of the schema, and so on both transports, before the
 * input is made into objects. Changes the schema it is given. Throws for what nobody has decided on. `isForApps`: what apps may not see is
 * null in their answers, so it can be null in their schema; other readers are not told to expect that.
 */
export function withPermissions(schema: GraphQLSchema, isForApps = false): GraphQLSchema {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    for (const field of Object.values(type.getFields())) hideFromApps(schema, type, field);
    if (ROOTS.includes(type.name)) guardOperations(type);
    else guardFields(type, isForApps);
  }
  return schema;
}

/** What a union or an interface gives is of one type or another: null for an app that comes to none of that type, or not by an id. */
function hideFromApps(schema: GraphQLSchema, type: GraphQLObjectType, field: Field): void {
  const { resolve = defaultFieldResolver } = field;
  if (!isAbstractType(getNamedType(field.type))) return;
  if (!typesGiven(schema, field.type).some((name) => decidedFieldsOf(name) === 'NONE' || OF_A_PRODUCT[name])) return;
  if (isListType(getNullableType(field.type))) throw new Error(`Nobody looks at each of the list ${type.name}.${field.name} for apps.`);
  field.resolve = (source, args, context, info) => {
    const answer: unknown = resolve(source, args, context, info);
    if (context.viewer.role !== 'APP') return answer;
    return Promise.resolve(answer).then(async (object) => {
      if (!object) return null;
      return isForApp(context.viewer, await typeOfAnswer(object, field.type, context, info), object) ? object : null;
    });
  };
}

function isForApp(viewer: Viewer, type: string, answer: object): boolean {
  if (decidedFieldsOf(type) === 'NONE') return false;
  if (!OF_A_PRODUCT[type]) return true;
  const named = OF_A_DEVICE[type];
  return named !== undefined && (ownDevices(viewer) ?? []).includes((answer as Record<string, string>)[named] ?? '');
}

/** What may be refused to somebody who may ask for something beside it is null then; mutations that no app may use are refused as a whole. */
function guardOperations(type: GraphQLObjectType): void {
  const root = type.name as Root;
  for (const field of Object.values(type.getFields())) {
    const permission = permissionOf(root, field.name);
    guard(field, (viewer, args) => requireOperation(viewer, permission, args));
    const isNull =
      root === 'Query'
        ? permission.least !== 'EVERYBODY'
        : root === 'Mutation' && (permission.devices !== undefined || permission.least === 'APP');
    if (isNull) field.type = getNullableType(field.type);
  }
}

function guardFields(type: GraphQLObjectType, isForApps: boolean): void {
  const shown = decidedFieldsOf(type.name);
  for (const field of Object.values(type.getFields())) {
    if (isShown(field, shown)) continue;
    const action = `${type.name}.${field.name}`;
    guard(field, ({ role }, _args, context) => {
      if (role !== 'APP') return;
      recordOnce(action, context);
      throw notForApps();
    });
    if (isForApps && shown !== 'NONE') field.type = getNullableType(field.type);
  }
}

/**
 * Fields of objects that an app can't come to need no look; what leads to such objects does. Where it may be of several types, the answer is
 * looked at (`hideFromApps`).
 */
function isShown(field: Field, shown: ReturnType<typeof decidedFieldsOf>): boolean {
  if (typeof shown !== 'string') return shown.includes(field.name);
  const type = getNamedType(field.type);
  return isLeafType(type) || isAbstractType(type) || decidedFieldsOf(type.name) !== 'NONE';
}

function decidedFieldsOf(type: string) {
  const fields = appFieldsOf(type);
  if (fields !== null) return fields;
  throw new Error(`Nobody has decided who may see the type ${type}: add it in core/access/permissions/types.ts.`);
}

function guard(field: Field, check: Check): void {
  const { resolve = defaultFieldResolver, subscribe } = field;
  if (subscribe) {
    field.subscribe = (source, args, context, info) => {
      check(context.viewer, args, context);
      return subscribe(source, args, context, info);
    };
    return;
  }
  field.resolve = (source, args, context, info) => {
    check(context.viewer, args, context);
    return resolve(source, args, context, info);
  };
}

const recorded = new WeakSet<ApiContext>();

/** A refused field stands for all of its operation, however many objects it was asked of. */
function recordOnce(action: string, context: ApiContext): void {
  if (recorded.has(context)) return;
  recorded.add(context);
  void context.core.audit.refused({ action, viewer: context.viewer, codes: ['NOT_ALLOWED'] });
}
