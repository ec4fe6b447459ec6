import { moduleViolation, packageVersionViolation } from '../device/module-version';
import { FIXED_LIMITS, type Limits } from '../limits';
import { fileNameViolation, packageNameViolation } from '../names';
import type { Violation } from '../violation';
import { declaredDigestViolation } from './declared-digest';
import { formatOf, PACKAGE_SUFFIXES } from './package-format';
import { kindViolations, type PackageKind } from './package-rules';
import { signatureOf, signatureViolation } from './signature';

/** What devices check a file with. */
export const DIGEST_ALGORITHMS = ['MD5', 'SHA256'] as const;
export type DigestAlgorithm = (typeof DIGEST_ALGORITHMS)[number];

/** R-PKG-9: how a form asks for a verification. */
export const VERIFICATION_ANSWERS = ['REQUIRED', 'NOT_REQUIRED'] as const;
export type VerificationAnswer = (typeof VERIFICATION_ANSWERS)[number];

/** A package as it was sent: by a form every value is a text, so names that GraphQL's types would refuse come this far. */
export interface PackageFields {
  name: string;
  module: string;
  version: string;
  description: string;
  customInfo: string;
  digestAlgorithm: string;
  kind: string;
  sourceVersions: readonly string[];
  verification: string;
}

/** One of its files, before a byte of it was read. */
export interface FileFields {
  name: string;
  declaredDigest?: string | null;
  signature?: string | null;
}

export type PackageFieldLimits = Pick<Limits, 'descriptionLength' | 'packageSourceVersions'>;

/** R-PKG-1, 3, 4, 6, 9: everything that can be wrong with the fields, by whichever way they came: a form, tus and GraphQL are checked here. */
export function packageViolations(fields: PackageFields, limits: PackageFieldLimits): (Violation | null)[] {
  const { name, module, version, description, customInfo, digestAlgorithm, sourceVersions, verification } = fields;
  return [
    packageNameViolation(name, 'name'),
    moduleViolation(module, 'module'),
    packageVersionViolation(version, 'version'),
    descriptionViolation(description, limits.descriptionLength),
    lengthViolation('customInfo', 'The text for devices', customInfo, FIXED_LIMITS.customInfoLength),
    oneOf('digestAlgorithm', DIGEST_ALGORITHMS, digestAlgorithm, 'Devices are given no such digest.'),
    ...kindViolations({ kind: fields.kind as PackageKind, sourceVersions, version }, limits),
    oneOf('verification', VERIFICATION_ANSWERS, verification, 'That is no answer to whether it is to be verified.'),
  ];
}

/** R-PKG-2, 3, 5, 7. */
export function fileViolations({ name, declaredDigest, signature }: FileFields): (Violation | null)[] {
  return [
    declaredDigest == null ? null : declaredDigestViolation(declaredDigest, 'digest'),
    signature == null || signatureOf(signature) ? null : signatureViolation(),
    fileNameViolation(name, 'file') ?? (formatOf(name) ? null : formatViolation()),
  ];
}

export const descriptionViolation = (description: string, maximum: number): Violation | null =>
  lengthViolation('description', 'A description', description, maximum);

function lengthViolation(field: string, what: string, text: string, maximum: number): Violation | null {
  const length = [...text].length;
  if (length <= maximum) return null;
  const limit = `${maximum} characters`;
  return { code: 'INVALID_FORMAT', field, message: `${what} has at most ${limit}, not ${length}.`, hint: 'Shorten it.', limit };
}

/** Exactly, as GraphQL compares. */
function oneOf(field: string, values: readonly string[], value: string, message: string): Violation | null {
  if (values.includes(value)) return null;
  const limit = values.join(', ');
  return { code: 'INVALID_FORMAT', field, message, hint: `Give one of ${limit}.`, limit };
}

const formatViolation = (): Violation => ({
  code: 'FILE_FORMAT',
  field: 'file',
  message: 'The file name ends in no format that is taken.',
  hint: `Name the file by one of ${PACKAGE_SUFFIXES.join(' ')}.`,
  limit: PACKAGE_SUFFIXES.join(' '),
});
