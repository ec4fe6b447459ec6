/** Beside the built workflows. */
export const BUNDLE_FILE = 'workflow-bundle.js';
