/** Gathers bytes of one part of the package store. Holds `size` bytes, never more. */
export function createPartBuffer(size: number, tail: Buffer | null) {
  const bytes = Buffer.allocUnsafe(size);
  let length = tail ? tail.copy(bytes) : 0;
  return {
    /** Takes what fits, and gives how many bytes that was. */
    add(more: Buffer): number {
      const taken = more.copy(bytes, length);
      length += taken;
      return taken;
    },
    /** A view, good until the next `add`. */
    contents: (): Buffer => bytes.subarray(0, length),
    isFull: (): boolean => length === size,
    clear(): void {
      length = 0;
    },
  };
}
