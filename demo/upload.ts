import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { CreatePackageDocument, type UpdraftClient, unwrap } from '@updraft/client';

/** Gives the id of the package that the file becomes. */
export async function uploadPackage(
  api: UpdraftClient,
  fields: { productKey: string; name: string; version: string },
  path: string,
): Promise<string> {
  const { uploadId } = unwrap(await api.upload(createReadStream(path), { filename: basename(path) }).done);
  const { createPackage } = unwrap(await api.mutate(CreatePackageDocument, { input: { ...fields, uploadId } }));
  return createPackage.package?.id ?? '';
}
