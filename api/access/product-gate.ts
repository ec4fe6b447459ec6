import {
  defaultFieldResolver,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isAbstractType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import type { About, Root } from '../../core/access/permissions/operations';
import { isOfOwnDevice, isOfProducts, requireWhole } from '../../core/access/permissions/products';
import { permissionOf } from '../../core/access/permissions/require-operation';
import { FIELDS, isDecidedByOperation, OF_A_PRODUCT, SHARED } from '../../core/access/permissions/types';
import type { Viewer } from '../../core/access/viewer';
import { byAnotherProduct } from '../../core/devices/lwm2m/taken';
import { deviceNotFound } from '../../core/devices/require-device';
import type { ApiContext } from '../context';
import { asPayload } from '../errors/as-payload';
import { notFound } from '../errors/found';
import { typeOfAnswer, typesGiven } from './answered-types';
import { foreignNames } from './foreign-names';

type Field = GraphQLField<unknown, ApiContext>;
type Args = Record<string, unknown>;

const ROOTS: readonly string[] = ['Query', 'Mutation', 'Subscription'];

/**
 * R-UI-4: for viewers who are limited to products, what is of others is as what does not exist: before each operation by what it names, and
 * behind each field by what it gives. Others are not asked anything. Changes the schema it is given. Throws for what nobody has decided on.
 */
export function withProducts(schema: GraphQLSchema): GraphQLSchema {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    for (const field of Object.values(type.getFields())) {
      lookAtAnswer(schema, type, field);
      if (ROOTS.includes(type.name)) lookAtNames(type.name as Root, field);
      else lookAtField(schema, type, field);
    }
  }
  return schema;
}

function lookAtNames(root: Root, field: Field): void {
  const { about } = permissionOf(root, field.name);
  if (about === 'WHOLE') before(field, async ({ viewer }) => requireWhole(viewer));
  if (typeof about === 'string') return;
  const isPayload = getNamedType(field.type).name.endsWith('Payload');
  before(field, async (context, args) => {
    const refusal = await foreignNames({ ...context, args }, about);
    if (!refusal) return undefined;
    if (isPayload) return asPayload(Promise.reject(refusal));
    throw root === 'Mutation' ? refusal : asQueried(about, refusal);
  });
}

/** Queries and subscriptions say so in their own words. */
function asQueried(about: Exclude<About, string>, refusal: unknown): unknown {
  if (about.device) return deviceNotFound();
  if (about.batch) return notFound('batch');
  return about.import ? notFound('import') : refusal;
}

function lookAtField(schema: GraphQLSchema, type: GraphQLObjectType, field: Field): void {
  const path = `${type.name}.${field.name}`;
  const decision = FIELDS[path];
  if (decision === 'WHOLE') before(field, async ({ viewer }) => requireWhole(viewer));
  if (decision || isDecidedByOperation(type.name)) return;
  const leadsTo = typesGiven(schema, field.type).map((name) => name.replace(/Connection$/, ''));
  if (!leadsTo.some((name) => OF_A_PRODUCT[name] || SHARED.includes(name))) return;
  throw new Error(
    `Nobody has decided what those see of ${path} who are limited to products: add it to FIELDS in core/access/permissions/types.ts.`,
  );
}

type Check = (context: ApiContext, args: Args) => Promise<unknown>;

function before(field: Field, check: Check): void {
  const { resolve = defaultFieldResolver, subscribe } = field;
  if (subscribe) {
    field.subscribe = async (source, args, context, info) => {
      if (context.viewer.products !== null) await check(context, args);
      return subscribe(source, args, context, info);
    };
    return;
  }
  field.resolve = (source, args, context, info) => {
    if (context.viewer.products === null) return resolve(source, args, context, info);
    return check(context, args).then((refused) => refused ?? resolve(source, args, context, info));
  };
}

/** Whatever a field gives that is of a product: null for one that is not the viewer's, or where there must be something, NOT_FOUND. */
function lookAtAnswer(schema: GraphQLSchema, type: GraphQLObjectType, field: Field): void {
  const { resolve = defaultFieldResolver, name } = field;
  if (name === 'userErrors') hideForeign(field);
  if (!typesGiven(schema, field.type).some((given) => OF_A_PRODUCT[given]) || isListType(getNullableType(field.type))) return;
  // Of what may be of several types nobody can say which one is missing.
  const isRequired = isNonNullType(field.type) || (type.name === 'Query' && !isAbstractType(getNamedType(field.type)));
  field.resolve = (source, args, context, info) => {
    const { viewer } = context;
    const answer = resolve(source, args, context, info);
    if (viewer.products === null) return answer;
    return Promise.resolve(answer as Partial<Record<string, string>> | null).then(async (object) => {
      if (!object) return object;
      const of = OF_A_PRODUCT[await typeOfAnswer(object, field.type, context, info)];
      if (!of || isOfProducts(viewer, object[of.field] ?? '')) return object;
      if (isRequired) throw notFound(of.name);
      return null;
    });
  };
}

interface Told {
  message: string;
  conflictingId: string | null;
}

/** Names that are unique in the whole installation may be taken by a device of another product. */
function hideForeign(field: Field): void {
  const { resolve = defaultFieldResolver } = field;
  field.resolve = (source, args, context, info) => {
    const errors = resolve(source, args, context, info) as Told[];
    return context.viewer.products === null ? errors : errors.map((error) => withoutForeign(context.viewer, error));
  };
}

function withoutForeign(viewer: Viewer, error: Told): Told {
  const { conflictingId, message } = error;
  if (!conflictingId?.includes('.') || isOfOwnDevice(viewer, conflictingId)) return error;
  return { ...error, conflictingId: null, message: byAnotherProduct(message, conflictingId) };
}
