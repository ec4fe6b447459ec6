export {};

declare global {
  /** What is used of WebAssembly; the types of Node 20 have none of it, and those of browsers bring a page with them. */
  namespace WebAssembly {
    class Module {
      private readonly compiled: true;
    }
    class Memory {
      constructor(descriptor: { initial: number; maximum?: number });
      /** Another one after the memory has grown. */
      readonly buffer: ArrayBuffer;
    }
    class Instance {
      constructor(module: Module, imports: Record<string, Record<string, unknown>>);
      readonly exports: Record<string, unknown>;
    }
    class RuntimeError extends Error {}
    function compile(bytes: Uint8Array): Promise<Module>;
  }
}
