/** A running part of the platform; parts are stopped in the reverse order of their start. */
export interface Part {
  stop(): Promise<void>;
}
