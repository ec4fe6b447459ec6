import { type PulledFile, PullRefused } from './coap/block-pull';

/** Pulls the rest of a file over HTTP or HTTPS; CoAP's word for a refusal is what the server said. Rejects with PullRefused or the network's error. */
export async function pullOverHttp(
  uri: string,
  file: PulledFile,
  onBlock: (file: PulledFile) => Promise<void> | void,
  signal: AbortSignal,
): Promise<void> {
  const response = await fetch(uri, { headers: file.length > 0 ? { Range: `bytes=${file.length}-` } : {}, signal });
  if (!response.ok || !response.body) throw new PullRefused(`HTTP ${response.status}`);
  if (response.status !== 206) Object.assign(file, { pieces: [], length: 0 });
  file.size = file.length + Number(response.headers.get('content-length'));
  for await (const piece of response.body) {
    file.pieces.push(Buffer.from(piece));
    file.length += piece.length;
    file.complete = file.length === file.size;
    await onBlock(file);
  }
}
