import type { UploadRow } from './uploads';

export const NEW_PACKAGE = {
  productKey: '',
  kind: 'FULL' as 'FULL' | 'DIFFERENTIAL',
  name: '',
  module: '',
  version: '',
  sourceVersions: [] as string[],
  digestAlgorithm: 'SHA256' as 'MD5' | 'SHA256',
  description: '',
  customInfo: '',
  verificationRequired: false,
};

export type NewPackage = typeof NEW_PACKAGE;

/** The field of the form that shows a path of the input; null for the files. */
export function fieldOf(path: string): string | null {
  const [first = ''] = path.split(/[.[]/);
  return first in NEW_PACKAGE ? first : null;
}

export const inputOf = (values: NewPackage, rows: readonly UploadRow[]) => ({
  productKey: values.productKey,
  kind: values.kind,
  name: values.name,
  module: values.module || null,
  version: values.version,
  sourceVersions: values.sourceVersions.length > 0 ? values.sourceVersions : null,
  digestAlgorithm: values.digestAlgorithm,
  description: values.description || null,
  customInfo: values.customInfo || null,
  verificationRequired: values.verificationRequired,
  uploadIds: rows.flatMap(({ uploadId }) => uploadId ?? []),
});
