/** What Temporal's sandbox bundles. */
export { batch } from './batch/workflow';
export { upgrade } from './upgrade/workflow';
