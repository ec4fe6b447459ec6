import { DEFAULT_MODULE } from '../../schema/model/ids';
import type { Limits } from '../../schema/model/limits';
import { fileNameViolation, moduleViolation, packageNameViolation, versionViolation } from '../../schema/model/names';
import { formatOf, PACKAGE_SUFFIXES, type PackageFormat } from '../../schema/model/package-format';
import type { Violation } from '../../schema/model/violation';
import type { NewPackage } from '../core';
import { refuseIfAny } from '../refuse';

export interface PackagePlan {
  module: string;
  description: string;
  format: PackageFormat;
  declared: { algorithm: 'md5' | 'sha256'; hex: string } | null;
}

/** Everything that can be refused before a byte is read (R-PKG-1, 2, 3). */
export function planOf(input: NewPackage, fileName: string, limits: Pick<Limits, 'descriptionLength'>): PackagePlan {
  const module = input.module ?? DEFAULT_MODULE;
  const description = input.description ?? '';
  const badFileName = fileNameViolation(fileName, 'file');
  const format = badFileName ? null : formatOf(fileName);
  refuseIfAny([
    packageNameViolation(input.name, 'name'),
    moduleViolation(module, 'module'),
    versionViolation(input.version, 'version'),
    descriptionViolation(description, limits.descriptionLength),
    input.declaredDigest == null ? null : digestViolation(input.declaredDigest),
    badFileName ?? (format ? null : formatViolation()),
  ]);
  return { module, description, format: format as PackageFormat, declared: declaredOf(input.declaredDigest) };
}

function descriptionViolation(description: string, maximum: number): Violation | null {
  const length = [...description].length;
  if (length <= maximum) return null;
  const limit = `${maximum} characters`;
  const hint = 'Shorten it.';
  return { code: 'INVALID_FORMAT', field: 'description', message: `A description has at most ${limit}, not ${length}.`, hint, limit };
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

function declaredOf(digest: string | null | undefined): PackagePlan['declared'] {
  return digest == null ? null : { algorithm: digest.length === 32 ? 'md5' : 'sha256', hex: digest.toLowerCase() };
}
