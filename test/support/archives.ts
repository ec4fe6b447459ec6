const BLOCK = 512;
const filled = (bytes: Buffer): Buffer => Buffer.concat([bytes, Buffer.alloc((BLOCK - (bytes.length % BLOCK)) % BLOCK)]);

/** The header of an entry of a tar archive. */
export function tarHeaderOf(name: string, size: number, type = '0'): Buffer {
  const block = Buffer.alloc(BLOCK);
  block.write(name, 0);
  block.write('0000644\0', 100);
  block.write(`${size.toString(8).padStart(11, '0')}\0`, 124);
  block.write(type, 156);
  block.write('ustar\x0000', 257);
  block.fill(' ', 148, 156);
  const sum = block.reduce((all, byte) => all + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return block;
}

export const tarEntry = (name: string, bytes: Buffer): Buffer => Buffer.concat([tarHeaderOf(name, bytes.length), filled(bytes)]);

/** With the two empty blocks that close it. */
export const tarOf = (...entries: Buffer[]): Buffer => Buffer.concat([...entries, Buffer.alloc(2 * BLOCK)]);
