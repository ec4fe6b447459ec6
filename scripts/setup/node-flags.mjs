/**
 * How Updraft's processes keep their memory: most of what a busy gateway allocates is short-lived, so the young generation is larger than
 * V8 makes it; what grew old is collected when it has grown by two fifths, since an import would otherwise triple the heap. The Dockerfile
 * says the same.
 */
export const NODE_FLAGS = ['--max-semi-space-size=32', '--heap-growing-percent=40'];
