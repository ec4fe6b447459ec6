import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isEnumType, isInputObjectType, isIntrospectionType, isObjectType, isSpecifiedScalarType } from 'graphql';
import { printApiSchema } from '../../api/emit-schema';
import { buildApiSchema } from '../../api/schema';
import { ERROR_CODES } from '../../schema/model/error-codes';

const CHECKED_IN = join(__dirname, '../../schema/graphql/schema.graphql');

test('R-UI-1 the emitted schema is the one that is checked in', () => {
  expect(printApiSchema()).toBe(readFileSync(CHECKED_IN, 'utf8'));
});

test('R-UI-1 every type, field and value of the schema is described', () => {
  const undescribed: string[] = [];
  for (const type of Object.values(buildApiSchema().getTypeMap())) {
    if (isIntrospectionType(type) || isSpecifiedScalarType(type)) continue;
    if (isEnumType(type))
      undescribed.push(
        ...type
          .getValues()
          .filter((value) => !value.description)
          .map((value) => `${type.name}.${value.name}`),
      );
    if (isObjectType(type) || isInputObjectType(type)) {
      const fields = Object.values(type.getFields()).filter((field) => !field.description);
      undescribed.push(...fields.map((field) => `${type.name}.${field.name}`));
    }
  }
  expect(undescribed).toEqual([]);
});

test('R-UI-1 the codes of errors in GraphQL are those of the catalogue', () => {
  const type = buildApiSchema().getType('ErrorCode');
  expect(isEnumType(type) && type.getValues().map(({ name }) => name)).toEqual(Object.keys(ERROR_CODES));
});
