import {
  buildSchema,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLObjectType,
  getNamedType,
  isAbstractType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import { withPermissions } from '../../../api/access/permission-gate';
import type { ApiContext } from '../../../api/context';
import { buildApiSchema } from '../../../api/schema';
import { OPERATIONS, type Root } from '../../../core/access/permissions/operations';
import { appFieldsOf, DECIDED_TYPES, FIELDS, OF_A_DEVICE, OF_A_PRODUCT, SHARED } from '../../../core/access/permissions/types';
import { ROLES, type Role, type Viewer } from '../../../core/access/viewer';
import { UserError } from '../../../core/errors';

const schema = buildApiSchema();
const types = Object.values(schema.getTypeMap()).filter((type) => isObjectType(type) && !type.name.startsWith('__'));
const fieldsOf = (type: string) => {
  const found = schema.getType(type);
  return isObjectType(found) ? found.getFields() : {};
};
const operations = Object.entries(OPERATIONS).flatMap(([root, rows]) =>
  Object.entries(rows).map(([name, permission]) => ({ operation: `${root}.${name}`, root: root as Root, name, permission })),
);

class Reached extends Error {}
/** Whatever is asked of it beyond the audit trail: the gate has let somebody through. */
const core = new Proxy(
  {},
  {
    get: (_target, name) => {
      if (name === 'audit') return new Proxy({ refused: async () => undefined, record: async () => undefined }, { get: part });
      throw new Reached();
    },
  },
);
function part(target: object, name: string): unknown {
  if (name in target) return target[name as keyof typeof target];
  throw new Reached();
}

async function isLetIn(field: GraphQLField<unknown, ApiContext> | undefined, role: Role): Promise<boolean> {
  const viewer: Viewer = { actorId: 'k', kind: 'KEY', name: 'key', products: null, role, deviceIds: [], owner: 'user-1' };
  try {
    await (field?.subscribe ?? field?.resolve)?.({}, {}, { viewer, core, live: core } as never, {} as never);
  } catch (error) {
    return !(error instanceof UserError && error.code === 'NOT_ALLOWED');
  }
  return true;
}

/** What apps come to from what they may ask for, by type: fields of the schema that the table shows them. */
function reachedByApps(): Map<string, readonly string[]> {
  const reached = new Map<string, readonly string[]>();
  const visit = (name: string): void => {
    const type = schema.getType(name);
    // An object of a type that apps may see nothing of is null where a field may give several types.
    const members = isAbstractType(type) ? schema.getPossibleTypes(type) : [];
    for (const member of members) if (appFieldsOf(member.name) !== 'NONE') visit(member.name);
    if (!isObjectType(type) || reached.has(name)) return;
    const shown = appFieldsOf(name);
    if (shown === 'NONE' || shown === null) throw new Error(`Apps come to ${name}, of which they may see nothing.`);
    const there = Object.values(type.getFields()).filter((field) => shown.includes(field.name));
    reached.set(
      name,
      there.map((field) => field.name),
    );
    for (const field of there) visit(getNamedType(field.type).name);
  };
  for (const { root, name, permission } of operations) {
    const field = fieldsOf(root)[name];
    if (field && (permission.devices || permission.least === 'EVERYBODY' || permission.least === 'APP'))
      visit(getNamedType(field.type).name);
  }
  return reached;
}

const RANKS: Partial<Record<Role, number>> = { ADMINISTRATOR: 3, OPERATOR: 2, VIEWER: 1 };

describe('R-UI-4 who may use each operation of the API', () => {
  test('R-UI-4 the tables name nothing that is not there', () => {
    expect(operations.filter(({ root, name }) => !fieldsOf(root)[name])).toEqual([]);
    const named = [...DECIDED_TYPES, ...Object.keys({ ...OF_A_PRODUCT, ...OF_A_DEVICE }), ...SHARED];
    expect(named.filter((name) => !types.some((type) => type.name === name))).toEqual([]);
    expect(Object.keys(FIELDS).filter((path) => !fieldsOf(path.split('.')[0] ?? '')[path.split('.')[1] ?? ''])).toEqual([]);
  });

  test.each(operations)('R-UI-4 $operation lets in the roles of the table, and no other one', async ({ root, name, permission }) => {
    const { least, devices } = permission;
    for (const role of ROLES) {
      const isOfTable = least === 'EVERYBODY' || least === role || (RANKS[role] ?? 0) >= (RANKS[least as Role] ?? 4);
      // No device is none of another one: what apps may ask about their own devices has a test of its own.
      const isExpected = isOfTable || (role === 'APP' && devices !== undefined && devices({}).length === 0);
      expect({ role, isIn: await isLetIn(fieldsOf(root)[name], role) }).toEqual({ role, isIn: isExpected });
    }
  });
});

/** What its arguments name, down to values, as paths. */
function pathsIn(type: GraphQLInputType, path: string, depth = 0): string[] {
  if (isNonNullType(type)) return pathsIn(type.ofType, path, depth);
  if (isListType(type)) return pathsIn(type.ofType, `${path}.*`, depth);
  const given = getNamedType(type);
  if (!isInputObjectType(given) || depth > 4) return [path];
  return Object.values(given.getFields()).flatMap((field) => pathsIn(field.type, `${path}.${field.name}`, depth + 1));
}

/** Whose paths sound like a thing of a product, and that are decided about otherwise, with the reason. */
const OTHERWISE: readonly [RegExp, string][] = [
  [/idempotencyKey$/, 'names a call'],
  [/groupId$/, 'groups are shared'],
  [/^Mutation\.(createGroup|updateGroup) input\.parentId$/, 'a group'],
  [/uploadIds?(\.\*)?$/, 'uploads are those of the key or person'],
  [/scope\.listId$/, 'a list counts with the product of its package'],
  [/ filter\./, 'narrows a list, or events, of own products'],
  [/^Query\.platformSeries productKey$/, 'narrows a series of own products'],
  [/input\.devices\.\*\.(parent|gateway)\.productKey$/, 'looked at with its device'],
  [/^Mutation\.cancelTasks input\.batchId$/, 'narrows to a batch of the package'],
  [/^Mutation\.resetDeviceSecret input\.productKey$/, 'has to be that of the device'],
  [/^Mutation\.(createApiKey|updateApiKey) /, 'looked at by the service'],
  [/^Mutation\.(revokeApiKey|updateApiKey) input\.id$/, 'looked at by the service'],
  [/^Subscription\.(deviceTasks deviceId|uploadProgress uploadId)$/, 'nothing foreign is ever delivered'],
  [/^Mutation\.\w+ input\.devices\.\*\.lwm2m/, 'an identity, which is no thing'],
  [/tags\.\*\.key$|rule\..*key$|psks\.\*/, 'a word of a tag or a rule, or a secret'],
];

describe('R-UI-4 what operations name, for those who are limited to products', () => {
  const named = operations.flatMap(({ operation, root, name, permission: { about } }) =>
    (fieldsOf(root)[name]?.args ?? []).flatMap((arg) => pathsIn(arg.type, arg.name).map((path) => ({ operation, path, about }))),
  );

  test('R-UI-4 every place that the table names is there', () => {
    const places = operations.flatMap(({ operation, permission: { about } }) =>
      typeof about === 'string' ? [] : Object.values(about).map((path) => `${operation} ${path}`),
    );
    const there = named.map(({ operation, path }) => `${operation} ${path}`);
    expect(places.filter((place) => !there.some((one) => one === place || one.startsWith(`${place}.`)))).toEqual([]);
  });

  test('R-UI-4 whatever sounds like a thing of a product is decided about: in core/access/permissions/operations.ts, or here', () => {
    const undecided = named.filter(({ operation, path, about }) => {
      if (!/(?:[iI]ds?|[kK]eys?|deviceNames)(?:\.\*)?$/.test(path) || about === 'WHOLE' || about === 'SHARED' || about === 'ANSWER')
        return false;
      if (typeof about !== 'string' && Object.values(about).includes(path)) return false;
      if (typeof about !== 'string' && about.package && path.endsWith('deviceNames.*')) return false;
      return !OTHERWISE.some(([pattern]) => pattern.test(`${operation} ${path}`));
    });
    expect(undecided.map(({ operation, path }) => `${operation} ${path}`)).toEqual([]);
  });
});

describe('R-UI-4 R-DEV-7 what an app may see', () => {
  test('R-UI-4 of every object that an app comes to, fields are named one by one', () => {
    const reached = reachedByApps();
    expect([...reached].filter(([, shown]) => shown.length === 0)).toEqual([]);
    const named = DECIDED_TYPES.filter((type) => appFieldsOf(type) !== 'NONE');
    // Where a row names a field that there is not, or a type that no app comes to, it is out of date.
    for (const type of named)
      expect({ type, fields: [...(reached.get(type) ?? [])].sort() }).toEqual({
        type,
        fields: [...(appFieldsOf(type) as string[])].sort(),
      });
  });

  test.each([
    ['Device', 'deviceName id modules online productKey'],
    ['DeviceModule', 'name version'],
    ['Package', 'customInfo description files id name version'],
    ['PackageFile', 'size'],
    ['Batch', 'id name'],
  ])('R-DEV-7 of the fleet an app sees of a %s: %s', (type, fields) => {
    expect([...(reachedByApps().get(type) ?? [])].sort().join(' ')).toBe(fields);
  });

  test('R-UI-4 a field that is added later is refused to apps until somebody decides, and a type stops the start', () => {
    const later = withPermissions(buildSchema('type Query { device: Device } type Device { id: ID! added: String! }'), true);
    const { added, id } = (later.getType('Device') as GraphQLObjectType).getFields();
    const ask = (role: Role) => () =>
      added?.resolve?.({ added: 'it' }, {}, { viewer: { role }, core } as never, { fieldName: 'added' } as never);
    expect(ask('APP')).toThrow(UserError);
    expect(ask('VIEWER')()).toBe('it');
    expect([isNonNullType(added?.type), isNonNullType(id?.type), id?.resolve]).toEqual([false, true, undefined]);
    expect(() => withPermissions(buildSchema('type Query { device: Added } type Added { id: ID }'))).toThrow('Nobody has decided');
  });
});
