/** What MongoDB tells of a rule that a document broke; of its many members those that are told on. */
interface Broken {
  operatorName?: string;
  propertyName?: string;
  reason?: string;
  itemIndex?: number;
  consideredType?: string;
  specifiedAs?: { bsonType?: string | string[]; enum?: unknown[] };
  missingProperties?: string[];
  propertiesNotSatisfied?: Broken[];
  /** Of a map. */
  additionalPropertyName?: string;
  schemaRulesNotSatisfied?: Broken[];
  details?: Broken[];
}
interface Refusal {
  failingDocumentId?: unknown;
  details?: Broken & { title?: string };
}

export const DOCUMENT_VALIDATION_FAILURE = 121;

/**
 * Why MongoDB refused a write, in words: the document, and each field of it that is not as its collection's declaration says. Undefined of
 * other errors. Values are not told, since they may be secrets.
 */
export function refusedWrite(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const { code, errInfo, writeErrors } = error as { code?: unknown; errInfo?: Refusal; writeErrors?: unknown };
  if (code !== DOCUMENT_VALIDATION_FAILURE) return undefined;
  const { failingDocumentId, details = {} } = errInfo ?? refusalOf(writeErrors) ?? {};
  const reasons = reasonsOf(details, '');
  return `the document ${String(failingDocumentId)} of ${details.title ?? 'a collection'}: ${reasons.join('; ') || 'no reason is given'}`;
}

/** Of a bulk write: the first one stands for all. */
function refusalOf(writeErrors: unknown): Refusal | undefined {
  const [first] = Array.isArray(writeErrors) ? writeErrors : [writeErrors];
  return (first as { err?: { errInfo?: Refusal } } | undefined)?.err?.errInfo;
}

function reasonsOf(broken: Broken, path: string): string[] {
  const at = (name: string | number) => (path === '' ? String(name) : `${path}.${name}`);
  const { operatorName, specifiedAs, missingProperties, itemIndex, consideredType } = broken;
  if (missingProperties) return missingProperties.map((name) => `${at(name)} is missing`);
  if (operatorName === 'bsonType') return [`${path} is of the type ${consideredType}, not ${[specifiedAs?.bsonType].flat().join(' or ')}`];
  if (operatorName === 'enum') return [`${path} is none of ${specifiedAs?.enum?.join(', ')}`];
  const inside = [broken.schemaRulesNotSatisfied, broken.details].flatMap((rules) => rules ?? []);
  const below = itemIndex === undefined ? path : at(itemIndex);
  const reasons = [
    ...inside.flatMap((rule) => reasonsOf(rule, below)),
    ...(broken.propertiesNotSatisfied ?? []).flatMap(({ propertyName = '', details }) => reasonsOf({ details }, at(propertyName))),
  ];
  return reasons.length > 0 || path === '' ? reasons : [`${path} is of no form that is allowed`];
}
