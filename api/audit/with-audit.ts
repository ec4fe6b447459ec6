import { defaultFieldResolver, type GraphQLField, type GraphQLSchema, getNamedType } from 'graphql';
import type { ApiContext } from '../context';
import { userErrorsOf } from '../errors/as-payload';
import { readBefore } from './before';
import { decisionOf } from './decisions';
import { idsIn, shownArguments } from './shown-input';
import { fieldsOf, shownPayload } from './shown-payload';
import { toldOf } from './told';

type Field = GraphQLField<unknown, ApiContext>;

/** Of errors that are no matter of the input: whoever asked may not. */
const NOT_LET_IN: ReadonlySet<string> = new Set(['NOT_SIGNED_IN', 'NOT_ALLOWED']);

/**
 * R-UI-4: puts the audit trail around every operation, outside of whatever may refuse it. A mutation's entry is in the store before its
 * answer leaves; of queries and subscriptions only refusals are recorded. Changes the schema it is given.
 */
export function withAudit(schema: GraphQLSchema): GraphQLSchema {
  for (const field of Object.values(schema.getMutationType()?.getFields() ?? {})) recordMutation(field);
  for (const root of [schema.getQueryType(), schema.getSubscriptionType()])
    for (const field of Object.values(root?.getFields() ?? {})) recordRefusals(field);
  return schema;
}

function recordMutation(field: Field): void {
  const { resolve = defaultFieldResolver, name, args: declared } = field;
  const payloadType = getNamedType(field.type).name;
  field.resolve = async (source, args, context, info) => {
    const { core, viewer } = context;
    const changed = changedFields(declared, args);
    const mayWrite = viewer.role === 'ADMINISTRATOR' || viewer.role === 'OPERATOR';
    const before = mayWrite ? await readBefore(core, name, args.input) : null;
    const event = { kind: 'MUTATION' as const, action: name, viewer, input: shownArguments(declared, args) };
    const named = idsIn(declared, args);
    let payload: unknown;
    try {
      payload = await resolve(source, args, context, info);
    } catch (error) {
      const codes = userErrorsOf(error)?.map(({ code }) => code);
      if (codes) await core.audit.refused({ ...event, objects: named, codes });
      // Once the store answers again, as far as it does: the error itself says more than that it could not be recorded.
      else await core.audit.record({ ...event, objects: named, result: 'FAILED', codes: ['INTERNAL'] }).catch(() => undefined);
      throw error;
    }
    const { objects, after, codes } = shownPayload(payloadType, payload, changed);
    if (codes.length > 0) await core.audit.refused({ ...event, objects: named, codes });
    else {
      const told = toldOf(payload);
      const was = told.before ?? (before && fieldsOf(before, changed));
      const is = told.after ? { ...after, ...told.after } : after;
      await core.audit.record({ ...event, objects: [...objects, ...named, ...(told.objects ?? [])], before: was, after: is, result: 'OK' });
    }
    return payload;
  };
}

/** Of the input, those that may be shown. */
function changedFields(declared: Field['args'], args: Record<string, unknown>): string[] {
  const type = declared.find(({ name }) => name === 'input')?.type;
  const input = args.input;
  if (!type || typeof input !== 'object' || input === null) return [];
  return Object.keys(input).filter((field) => decisionOf(getNamedType(type).name, field) === 'SHOWN');
}

function recordRefusals(field: Field): void {
  const { resolve = defaultFieldResolver, subscribe, name, args: declared } = field;
  const told = async (error: unknown, { core, viewer }: ApiContext, args: Record<string, unknown>): Promise<never> => {
    const codes = userErrorsOf(error)?.map(({ code }) => code) ?? [];
    if (codes.some((code) => NOT_LET_IN.has(code)))
      await core.audit.refused({ action: name, viewer, input: shownArguments(declared, args), objects: idsIn(declared, args), codes });
    throw error;
  };
  if (subscribe) {
    field.subscribe = async (source, args, context, info) => {
      try {
        return await subscribe(source, args, context, info);
      } catch (error) {
        return told(error, context, args);
      }
    };
    return;
  }
  field.resolve = (source, args, context, info) => {
    try {
      const result = resolve(source, args, context, info);
      return result instanceof Promise ? result.catch((error: unknown) => told(error, context, args)) : result;
    } catch (error) {
      return told(error, context, args);
    }
  };
}
