export function serverEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv;
export function toolEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv;
