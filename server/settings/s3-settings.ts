import type { S3Settings } from '../../core/package-store/s3-store';

interface Given {
  store: 'gridfs' | 's3';
  endpoint: string | undefined;
  bucket: string | undefined;
  region: string;
  accessKeyId: string | undefined;
  secretAccessKey: string | undefined;
  forcePathStyle: boolean;
}

/** The settings of the S3 store, where it is the one; adds to `problems` what doesn't fit together. */
export function s3SettingsOf(given: Given, problems: string[]): S3Settings | undefined {
  const { store, bucket, region, endpoint, accessKeyId, secretAccessKey, forcePathStyle } = given;
  if (store !== 's3') return undefined;
  if (!bucket) problems.push('UPDRAFT_S3_BUCKET is not set: with UPDRAFT_PACKAGE_STORE=s3 expected the name of a bucket');
  if (Boolean(accessKeyId) !== Boolean(secretAccessKey)) {
    const [is, isNot] = accessKeyId ? ['ACCESS_KEY_ID', 'SECRET_ACCESS_KEY'] : ['SECRET_ACCESS_KEY', 'ACCESS_KEY_ID'];
    problems.push(`UPDRAFT_S3_${isNot} is not set: expected with UPDRAFT_S3_${is}, or neither of the two`);
  }
  const credentials = accessKeyId && secretAccessKey ? { accessKeyId, secretAccessKey } : undefined;
  return { bucket: bucket ?? '', region, forcePathStyle, ...(endpoint && { endpoint }), ...(credentials && { credentials }) };
}
