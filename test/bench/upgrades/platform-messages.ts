/** From the platform's process to the benchmark, once it runs. */
export interface PlatformRuns {
  kind: 'runs';
  apiUrl: string;
  mqttUrl: string;
  mongoUri: string;
  temporalAddress: string;
  key: string;
  pids: { mongod: number; temporal: number };
}

export interface PlatformFailed {
  kind: 'failed';
  message: string;
}

export type PlatformMessage = PlatformRuns | PlatformFailed;
export type PlatformCommand = 'stop';
