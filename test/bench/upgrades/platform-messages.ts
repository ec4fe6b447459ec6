/** From the platform's process to the benchmark, once it runs. */
export interface PlatformRuns {
  kind: 'runs';
  apiUrl: string;
  mqttUrl: string;
  coapUrl?: string;
  coapsUrl?: string;
  mongoUri: string;
  temporalAddress: string;
  key: string;
  pids: { mongod: number; temporal: number };
}

export interface PlatformFailed {
  kind: 'failed';
  message: string;
}

/** Garbage was collected. */
export interface PlatformSettled {
  kind: 'settled';
  /** Of what is left: V8's heap and what it holds outside. */
  liveBytes: number;
}

export type PlatformMessage = PlatformRuns | PlatformFailed | PlatformSettled;
export type PlatformCommand = 'stop' | 'settle';
