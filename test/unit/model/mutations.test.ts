import { buildSchema, type GraphQLInputObjectType, getNamedType } from 'graphql';
import { MUTATIONS, type Repeat } from '../../../schema/model/mutations';
import { read } from '../docs/project-files';

const fields = Object.values(buildSchema(read('schema/graphql/schema.graphql')).getMutationType()?.getFields() ?? {});
const decided: Record<string, Repeat> = MUTATIONS;
const takesKey = (name: string): boolean => {
  const input = fields.find((field) => field.name === name)?.args.find((argument) => argument.name === 'input')?.type;
  return input !== undefined && 'idempotencyKey' in (getNamedType(input) as GraphQLInputObjectType).getFields();
};

test('R-UI-1 of every mutation it is decided what a repeat of it does', () => {
  const undecided = fields.map(({ name }) => name).filter((name) => !(name in decided));
  // Add it to schema/model/mutations.ts: either it is idempotent by nature, and why, or it takes a key.
  expect(undecided).toEqual([]);
  expect(Object.keys(decided).filter((name) => !fields.some((field) => field.name === name))).toEqual([]);
});

test('R-UI-1 those that are not idempotent by nature take a key, and the others need none', () => {
  const wrong = fields.filter(({ name }) => decided[name]?.kind === 'KEY' && !takesKey(name)).map(({ name }) => name);
  expect(wrong).toEqual([]);
  // They share an input with deleteBatch.
  const need = fields.filter(({ name }) => decided[name]?.kind === 'NATURAL' && takesKey(name)).map(({ name }) => name);
  expect(need).toEqual(['pauseBatch', 'resumeBatch']);
});
