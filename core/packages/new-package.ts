import { DEFAULT_MODULE } from '../../schema/model/ids';
import type { Limits } from '../../schema/model/limits';
import { moduleKey, moduleViolation, packageVersionViolation } from '../../schema/model/module-version';
import { fileNameViolation, packageNameViolation } from '../../schema/model/names';
import { formatOf, PACKAGE_SUFFIXES, type PackageFormat } from '../../schema/model/package-format';
import { kindViolations, type PackageKind } from '../../schema/model/package-rules';
import { SIGNATURE_BYTES } from '../../schema/model/signature';
import type { Violation } from '../../schema/model/violation';
import type { NewPackage, PackageUpload } from '../core';
import { refuseIfAny } from '../refuse';

export interface PackagePlan {
  module: string;
  description: string;
  customInfo: string;
  kind: PackageKind;
  sourceVersions: string[];
  verificationRequired: boolean;
}

export interface FilePlan {
  format: PackageFormat;
  declared: { algorithm: 'md5' | 'sha256'; hex: string } | null;
  signature: Buffer | null;
}

type PackageLimits = Pick<Limits, 'descriptionLength' | 'packageSourceVersions'>;

/** Everything that can be refused before a byte is read (R-PKG-1, 2, 3, 4), the first file included. */
export function planOf(input: NewPackage, first: PackageUpload, limits: PackageLimits): { plan: PackagePlan; firstFile: FilePlan } {
  const module = input.module ?? DEFAULT_MODULE;
  const description = input.description ?? '';
  const customInfo = input.customInfo ?? '';
  const kind = input.kind ?? 'FULL';
  const sourceVersions = [...new Set(input.sourceVersions ?? [])];
  const verification = input.verification ?? 'NOT_REQUIRED';
  const file = { ...first, declaredDigest: first.declaredDigest ?? input.declaredDigest };
  refuseIfAny([
    packageNameViolation(input.name, 'name'),
    moduleViolation(module, 'module'),
    packageVersionViolation(input.version, 'version'),
    descriptionViolation(description, limits.descriptionLength),
    customInfoViolation(customInfo),
    ...kindViolations({ kind, sourceVersions, version: input.version }, limits),
    verificationViolation(verification),
    ...fileViolations(file),
  ]);
  const plan = {
    module: moduleKey(module),
    description,
    customInfo,
    kind,
    sourceVersions,
    verificationRequired: verification === 'REQUIRED',
  };
  return { plan, firstFile: checkedPlan(file) };
}

/** The same for a further file. */
export function filePlanOf(file: PackageUpload): FilePlan {
  refuseIfAny(fileViolations(file));
  return checkedPlan(file);
}

/** Of a file that comes before its package does: fields as an upload names them. */
export function refuseUpload(file: Omit<PackageUpload, 'stream'>): Pick<FilePlan, 'declared'> {
  const names: Record<string, string> = { file: 'filename', declaredDigest: 'digest' };
  refuseIfAny(fileViolations(file).map((each) => each && { ...each, field: names[each.field ?? ''] ?? each.field }));
  return { declared: declaredOf(file.declaredDigest) };
}

function fileViolations({ name, declaredDigest, signature }: Omit<PackageUpload, 'stream'>): (Violation | null)[] {
  const badFileName = fileNameViolation(name, 'file');
  return [
    declaredDigest == null ? null : digestViolation(declaredDigest),
    signature == null || signatureOf(signature) ? null : signatureViolation(),
    badFileName ?? (formatOf(name) ? null : formatViolation()),
  ];
}

const checkedPlan = ({ name, declaredDigest, signature }: PackageUpload): FilePlan => ({
  format: formatOf(name) as PackageFormat,
  declared: declaredOf(declaredDigest),
  signature: signature == null ? null : signatureOf(signature),
});

/** Base64 of either alphabet, line ends allowed as `base64` prints them; null when it is not. */
function signatureOf(text: string): Buffer | null {
  const compact = text.length > 4 * SIGNATURE_BYTES ? '' : text.replace(/\s+/g, '');
  if (!/^[\w+/-]+={0,2}$/.test(compact)) return null;
  const bytes = Buffer.from(compact, 'base64');
  return bytes.length > 0 && bytes.length <= SIGNATURE_BYTES ? bytes : null;
}

const signatureViolation = (): Violation => ({
  code: 'SIGNATURE_INVALID',
  field: 'signature',
  message: 'A signature is base64.',
  hint: 'Give what `openssl … | base64 -w0` prints, or leave it out.',
  limit: `${SIGNATURE_BYTES} bytes`,
});

const VERIFICATION = ['REQUIRED', 'NOT_REQUIRED'];

function verificationViolation(value: string): Violation | null {
  if (VERIFICATION.includes(value)) return null;
  const limit = VERIFICATION.join(', ');
  return {
    code: 'INVALID_FORMAT',
    field: 'verification',
    message: 'That is no answer to whether it is to be verified.',
    hint: `Give one of ${limit}.`,
    limit,
  };
}

export function descriptionViolation(description: string, maximum: number): Violation | null {
  const length = [...description].length;
  if (length <= maximum) return null;
  const limit = `${maximum} characters`;
  const hint = 'Shorten it.';
  return { code: 'INVALID_FORMAT', field: 'description', message: `A description has at most ${limit}, not ${length}.`, hint, limit };
}

/** What both vendors let a package tell its devices (device-protocols §1.3). */
const CUSTOM_INFO_LENGTH = 4_096;

function customInfoViolation(text: string): Violation | null {
  const length = [...text].length;
  if (length <= CUSTOM_INFO_LENGTH) return null;
  const limit = `${CUSTOM_INFO_LENGTH} characters`;
  const message = `The text for devices has at most ${limit}, not ${length}.`;
  return { code: 'INVALID_FORMAT', field: 'customInfo', message, hint: 'Shorten it.', limit };
}

const formatViolation = (): Violation => ({
  code: 'FILE_FORMAT',
  field: 'file',
  message: 'The file name ends in no format that is taken.',
  hint: `Name the file by one of ${PACKAGE_SUFFIXES.join(' ')}.`,
  limit: PACKAGE_SUFFIXES.join(' '),
});

function digestViolation(digest: string): Violation | null {
  if (/^([0-9a-f]{32}|[0-9a-f]{64})$/i.test(digest)) return null;
  return {
    code: 'INVALID_FORMAT',
    field: 'declaredDigest',
    message: 'A declared digest is 32 (MD5) or 64 (SHA-256) hex digits.',
    hint: 'Give what `md5sum` or `sha256sum` prints, or leave it out.',
    limit: '32 or 64 hex digits',
  };
}

function declaredOf(digest: string | null | undefined): FilePlan['declared'] {
  return digest == null ? null : { algorithm: digest.length === 32 ? 'md5' : 'sha256', hex: digest.toLowerCase() };
}
