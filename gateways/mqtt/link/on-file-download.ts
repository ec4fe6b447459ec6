import { MALFORMED } from '../unreadable';
import { blockReply, errorReply } from './block-reply';
import type { LinkHandler } from './exchange';
import { fileDownloadMessage } from './file-download-message';
import { downloadReplyTopic } from './topics';

/** `/sys/{pk}/{dn}/thing/file/download`: a block of a file over MQTT (R-DL-3, device-protocols §1.4). What is asked for again is answered again. */
export const onFileDownload: LinkHandler = (exchange, session, body) => {
  const message = fileDownloadMessage(body);
  if (message === null) return MALFORMED;
  const { id, fileToken, request } = message;
  const topic = downloadReplyTopic(session);
  exchange.block(session, request, (answer) => {
    switch (answer.kind) {
      case 'block':
        return { topic, payload: blockReply(id, fileToken, answer.fileLength, answer.offset, answer.bytes) };
      case 'unknown':
        return { topic, payload: errorReply(id, 404, 'no such stream for this device') };
      case 'beyond':
        return { topic, payload: errorReply(id, 460, `offset is not within the ${answer.fileLength} bytes of the file`) };
      case 'wrong':
        return { topic, payload: errorReply(id, 460, answer.wrong) };
    }
  });
  return null;
};
