import type { WebSocket } from 'ws';
import { API_LIMITS } from '../limits';
import { sendInTime } from './send-in-time';

/** What goes out over one WebSocket: one message after the other, in pieces, so that little of it waits in the socket. */
export interface Outbox {
  /** Waits until the answer before has left. `left` is called when the answer that is sent next has left, or the connection is gone. */
  turn(): Promise<{ onLeft(left: () => void): void }>;
  send(message: string): Promise<void>;
  /** The connection is gone. */
  close(): void;
}

/** As graphql-ws words it; the id is the client's. */
const ANSWER = /^\{"id":"(?:[^"\\]|\\.)*","type":"next"/;

export function createOutbox(socket: WebSocket): Outbox {
  let sent: Promise<void> = Promise.resolve();
  let answered: Promise<void> = Promise.resolve();
  let left: (() => void)[] = [];
  let waiting = 0;
  let isClosed = false;

  function answerLeft(): void {
    const told = left;
    left = [];
    for (const tell of told) tell();
  }

  async function transmit(message: string): Promise<void> {
    if (socket.readyState !== socket.OPEN) return;
    await sendInTime(
      Buffer.from(message),
      (piece, fin) =>
        new Promise((resolve) => {
          if (socket.readyState === socket.OPEN) socket.send(piece, { binary: false, fin }, () => resolve());
          else resolve();
        }),
      () => socket.terminate(),
    );
  }

  return {
    async turn() {
      const before = answered;
      let free = (): void => undefined;
      answered = new Promise((resolve) => {
        free = resolve;
      });
      if (!isClosed) await before;
      if (isClosed) return { onLeft: (tell) => tell() };
      left.push(free);
      return {
        onLeft(tell) {
          if (isClosed) tell();
          else left.push(tell);
        },
      };
    },
    async send(message) {
      const isAnswer = ANSWER.test(message);
      // Answers wait for their turn before they are written; what else is said to somebody who doesn't read comes to an end.
      if (!isAnswer) waiting += message.length;
      if (waiting > API_LIMITS.unreadBytes) socket.terminate();
      const done = sent.then(() => transmit(message));
      sent = done;
      await done;
      if (isAnswer) answerLeft();
      else waiting -= message.length;
    },
    close() {
      isClosed = true;
      answerLeft();
    },
  };
}
