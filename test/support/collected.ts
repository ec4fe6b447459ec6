/** All bytes of pieces that are good only until the next one is asked for. */
export async function collected(pieces: AsyncIterable<Buffer>): Promise<Buffer> {
  const own: Buffer[] = [];
  for await (const piece of pieces) own.push(Buffer.from(piece));
  return Buffer.concat(own);
}
