import { moduleKey } from '../../schema/model/device/module-version';
import { DEFAULT_MODULE } from '../../schema/model/ids';
import { type DeclaredDigest, declaredDigestOf } from '../../schema/model/package/declared-digest';
import {
  type DigestAlgorithm,
  fileViolations,
  type PackageFieldLimits,
  packageViolations,
} from '../../schema/model/package/package-fields';
import { formatOf, type PackageFormat } from '../../schema/model/package/package-format';
import type { PackageKind } from '../../schema/model/package/package-rules';
import { signatureOf } from '../../schema/model/package/signature';
import { refuseIfAny } from '../refuse';
import type { NewPackage, PackageUpload } from './contract';

export interface PackagePlan {
  module: string;
  description: string;
  customInfo: string;
  digestAlgorithm: DigestAlgorithm;
  kind: PackageKind;
  sourceVersions: string[];
  verificationRequired: boolean;
}

export interface FilePlan {
  format: PackageFormat;
  declared: DeclaredDigest | null;
  signature: Buffer | null;
}

/** Everything that can be refused before a byte is read (R-PKG-1, 2, 3, 4), the first file included. */
export function planOf(input: NewPackage, first: PackageUpload, limits: PackageFieldLimits): { plan: PackagePlan; firstFile: FilePlan } {
  const module = input.module ?? DEFAULT_MODULE;
  const description = input.description ?? '';
  const customInfo = input.customInfo ?? '';
  const kind = input.kind ?? 'FULL';
  const sourceVersions = [...new Set(input.sourceVersions ?? [])];
  const digestAlgorithm = input.digestAlgorithm ?? 'SHA256';
  const verification = input.verification ?? 'NOT_REQUIRED';
  const file = { ...first, declaredDigest: first.declaredDigest ?? input.declaredDigest };
  const fields = { name: input.name, module, version: input.version, description, customInfo, digestAlgorithm, kind, sourceVersions };
  refuseIfAny([...packageViolations({ ...fields, verification }, limits), ...fileViolations(file)]);
  const plan = {
    module: moduleKey(module),
    description,
    customInfo,
    digestAlgorithm,
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
  refuseIfAny(fileViolations(file).map((each) => each && { ...each, field: each.field === 'file' ? 'filename' : each.field }));
  return { declared: file.declaredDigest == null ? null : declaredDigestOf(file.declaredDigest) };
}

const checkedPlan = ({ name, declaredDigest, signature }: PackageUpload): FilePlan => ({
  format: formatOf(name) as PackageFormat,
  declared: declaredDigest == null ? null : declaredDigestOf(declaredDigest),
  signature: signature == null ? null : signatureOf(signature),
});
