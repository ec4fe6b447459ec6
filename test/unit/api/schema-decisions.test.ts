import { getNamedType, isInputObjectType, isLeafType } from 'graphql';
import { decisionOf, HIDDEN, SHOWN_OF_INPUTS, SHOWN_OF_PAYLOADS } from '../../../api/audit/decisions';
import { CENSORED, idsIn, shownArguments } from '../../../api/audit/shown-input';
import { buildApiSchema } from '../../../api/schema';

const schema = buildApiSchema();
const mutations = schema.getMutationType()?.getFields() ?? {};
const inputFields = Object.values(schema.getTypeMap())
  .filter(isInputObjectType)
  .flatMap((type) => Object.keys(type.getFields()).map((field) => `${type.name}.${field}`));
/** Objects in payloads are kept as ids alone. */
const payloadFields = Object.values(mutations).flatMap(({ type }) => {
  const payload = getNamedType(type) as unknown as { name: string; getFields(): Record<string, { type: never }> };
  return Object.entries(payload.getFields()).flatMap(([name, field]) =>
    isLeafType(getNamedType(field.type)) ? [`${payload.name}.${name}`] : [],
  );
});
const isDecided = (path: string): boolean => decisionOf(...(path.split('.') as [string, string])) !== undefined;

describe('R-UI-4 R-SAFE-4 what the audit trail keeps of inputs and answers', () => {
  test('R-UI-4 is decided for every field of every input, and of every payload: whoever adds one decides in api/audit/decisions.ts', () => {
    expect(inputFields.length).toBeGreaterThan(150);
    expect([...inputFields, ...payloadFields].filter((path) => !isDecided(path))).toEqual([]);
  });

  test('R-UI-4 and nothing that is not there is decided about', () => {
    const shown = Object.entries({ ...SHOWN_OF_INPUTS, ...SHOWN_OF_PAYLOADS });
    const decided = [...shown.flatMap(([type, fields]) => fields.split(' ').map((field) => `${type}.${field}`)), ...HIDDEN];
    expect(decided.filter((path) => !inputFields.includes(path) && !payloadFields.includes(path))).toEqual([]);
  });

  test('R-UI-4 what sounds like a secret is hidden', () => {
    const suspicious = [...inputFields, ...payloadFields].filter((path) =>
      /\.(?:key|\w*(?:secret|password|token|idempotency)\w*)$/i.test(path),
    );
    const ofProducts = ['CreateProductInput.key', 'DeleteProductInput.key', 'DeleteProductPayload.key', 'UpdateProductInput.key'];
    const harmless = ['BatchTagInput.key', ...ofProducts, 'DeviceTagInput.key', 'GroupRuleInput.key'].sort();
    expect(suspicious.filter((path) => !HIDDEN.has(path)).sort()).toEqual(harmless);
  });

  test('R-UI-4 secrets are taken out at any depth, and what nobody decided on', () => {
    const { args } = mutations.registerDevices ?? { args: [] };
    const device = {
      deviceName: 'd',
      secret: 's3cret-1',
      lwm2m: { endpoint: 'e', psks: [{ identity: 'i', key: 's3cret-2' }] },
      more: 's3cret-3',
    };
    const given = { input: { productKey: 'p', devices: [device, { deviceName: 'n', secret: null }] } };
    expect(shownArguments(args, given)).toEqual({
      productKey: 'p',
      devices: [
        { deviceName: 'd', secret: CENSORED, lwm2m: { endpoint: 'e', psks: [{ identity: 'i', key: CENSORED }] } },
        { deviceName: 'n', secret: null },
      ],
    });
    expect(idsIn(args, given)).toEqual(['p']);
    expect(idsIn(mutations.forgetAuditActor?.args ?? [], { input: { id: 'person:x' } })).toEqual([]);
  });
});
