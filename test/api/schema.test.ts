import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isEnumType, isInputObjectType, isIntrospectionType, isObjectType, isSpecifiedScalarType, validateSchema } from 'graphql';
import { printApiSchema } from '../../api/emit-schema';
import { buildApiSchema } from '../../api/schema';
import { ERROR_CODES } from '../../schema/model/error-codes';

const CHECKED_IN = join(__dirname, '../../schema/graphql/schema.graphql');

test('R-UI-1 the emitted schema is the one that is checked in', () => {
  expect(printApiSchema()).toBe(readFileSync(CHECKED_IN, 'utf8'));
});

test('R-UI-1 the schema is valid GraphQL', () => {
  expect(validateSchema(buildApiSchema())).toEqual([]);
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

test.each([
  ['createStaticBatch', 'CreateOTAStaticUpgradeJob'],
  ['createDynamicBatch', 'CreateOTADynamicUpgradeJob'],
  ['cancelDynamicPolicy', 'CancelOTAStrategyByJob'],
  ['cancelTasks', 'CancelOTATaskByDevice'],
  ['cancelBatch', 'CancelOTATaskByJob'],
  ['unfinishedTasks', 'ListOTAUnfinishedTaskByDevice'],
  ['confirmTasks', 'ConfirmOTATask'],
  ['createPackage', 'CreateOTAFirmware'],
  ['deletePackage', 'DeleteOTAFirmware'],
  ['verifyPackage', 'CreateOTAVerifyJob'],
  ['package', 'QueryOTAFirmware'],
  ['packages', 'ListOTAFirmware'],
  ['batch', 'QueryOTAJob'],
  ['batches', 'ListOTAJobByFirmware'],
  ['task', 'QueryOTATask'],
  ['tasks', 'ListOTATaskByJob'],
  ['tasks', 'ListOTATaskByDevice'],
])('R-UI-2 %s is the twin of %s, and says so', (field, operation) => {
  const schema = buildApiSchema();
  const fields = { ...schema.getQueryType()?.getFields(), ...schema.getMutationType()?.getFields() };
  expect(fields[field]?.description).toContain(operation);
});
