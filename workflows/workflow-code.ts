/** What Temporal's sandbox runs: the workflows, and what hands correlation ids on beside them. */
export const workflowsPath = require.resolve('./index');
export const workflowInterceptorModules = [require.resolve('./correlation/workflow')];
