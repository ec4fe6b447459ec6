import { Schema, type SchemaDefinition } from 'mongoose';
import { DeclaredSchema } from './declared-schema';

/** What Mongoose is told about a field. */
type Definition = Record<string, unknown>;

/**
 * A field whose values are of the type V, no wider and no narrower: `of` is there for the compiler alone, which compares V in both directions.
 */
export interface Field<V> {
  readonly definition: Definition;
  readonly of?: (value: V) => V;
}

/** A field for each key of T, of exactly its type. A key that only one of the two has does not compile, nor does another type of value. */
export type Declaration<T> = { readonly [K in keyof T]-?: Field<T[K]> };

const definitionsOf = <T>(fields: Declaration<T>): SchemaDefinition =>
  Object.fromEntries(
    Object.entries<{ definition: Definition }>(fields).map(([key, { definition }]) => [key, definition]),
  ) as SchemaDefinition;

/** Mongoose's `required` stands for both; here a field may also be there and null. */
const always = { present: true, allowNull: false };
const field = <V>(definition: Definition): Field<V> => ({ definition: { ...always, ...definition } });

export const text = field<string>({ type: String });
/** Whole or not, of any of MongoDB's numeric types: what the driver or `$inc` makes of a number depends on its size. */
export const number = field<number>({ type: Number });
export const flag = field<boolean>({ type: Boolean });
/** A mark, which is there or not. */
export const yes = field<true>({ type: Boolean, enum: [true] });
export const date = field<Date>({ type: Date });
export const bytes = field<Buffer>({ type: Schema.Types.Buffer });
/** Whatever it is. */
export const anything: Field<unknown> = { definition: { type: Schema.Types.Mixed } };

export const oneOf = <const V extends string>(values: readonly V[]) => field<V>({ type: String, enum: [...values] });
export const list = <V>({ definition }: Field<V>) => field<V[]>({ type: [definition] });
/** An object whose keys are not known beforehand. */
export const mapOf = <V>({ definition }: Field<V>) => field<Record<string, V>>({ type: Map, of: definition });
export const object = <T>(fields: Declaration<T>) => field<T>({ type: new DeclaredSchema(definitionsOf(fields), { _id: false }) });
/** An object that is looked at no further. */
export const anyObject = <V extends object>() => field<V>({ type: Map, of: Schema.Types.Mixed });
/** One of several objects. */
export const either = <V extends readonly unknown[]>(...fields: { [I in keyof V]: Field<V[I]> }) =>
  field<V[number]>({ type: Schema.Types.Union, of: fields.map(({ definition }) => definition), required: true, allowNull: undefined });

/** May be absent. Null is not the same: indexes tell them apart. */
export const optional = <V>({ definition }: Field<V>): Field<V | undefined> => ({ definition: { ...definition, present: false } });
export const nullable = <V>({ definition }: Field<V>): Field<V | null> => ({ definition: { ...definition, allowNull: true } });

export const keysOf = <K extends string>(table: Readonly<Record<K, unknown>>) => Object.keys(table) as K[];
/** A field of one kind under each of some keys. */
export const each = <K extends string, V>(keys: readonly K[], of: Field<V>) =>
  Object.fromEntries(keys.map((key) => [key, of])) as Record<K, Field<V>>;

/** The declaration of a collection whose documents are of the type T: what is required of them, and, added to it, the indexes. */
export type CollectionSchema<T = unknown> = Schema & { readonly document?: T };

export const schemaOf = <T>(fields: Declaration<T>): CollectionSchema<T> => new DeclaredSchema(definitionsOf(fields));

/** Of a creation: the caller's key for it, and what was asked with it. */
export const idempotency = object<{ key: string; inputHash: string }>({ key: text, inputHash: text });
