import { API_LIMITS } from '../limits';

/** Settles when the piece has left this process, or the connection is gone. */
export type WritePiece = (piece: Buffer, isLast: boolean) => Promise<void>;

/**
 * Sends bytes piece by piece, the next when the one before has left. A client that takes no piece for too long, or all of them too slowly,
 * is cut: what it leaves unread is memory of everyone's.
 */
export async function sendInTime(bytes: Buffer, write: WritePiece, cut: () => void): Promise<void> {
  const { pieceBytes, unreadMs, unreadBytesPerMs } = API_LIMITS;
  const end = performance.now() + unreadMs + bytes.length / unreadBytesPerMs;
  let isCut = false;
  for (let at = 0; !isCut && (at < bytes.length || at === 0); at += pieceBytes) {
    const timeout = setTimeout(
      () => {
        isCut = true;
        cut();
      },
      Math.max(0, Math.min(unreadMs, end - performance.now())),
    );
    await write(bytes.subarray(at, at + pieceBytes), at + pieceBytes >= bytes.length);
    clearTimeout(timeout);
  }
}
