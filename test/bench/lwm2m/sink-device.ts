import type { ParsedPacket } from 'coap-packet';
import type { Answer } from '../../support/devices/lwm2m/coap/coap-endpoint';
import { blockOf, blockOption } from '../../support/devices/lwm2m/coap/coap-options';
import { Lwm2mDevice } from '../../support/devices/lwm2m/lwm2m-device';
import { RESULT, STATE } from '../../support/devices/lwm2m/objects/firmware-object';

/** Takes pushes only, and throws away what comes: fifty devices with ten megabytes each would measure themselves. */
export class SinkDevice extends Lwm2mDevice {
  /** Blocks that have come, over all pushes. */
  blocks = 0;

  protected override takePush(packet: ParsedPacket): Answer | null {
    const block = blockOf(packet, 'Block1');
    if (block === null) return super.takePush(packet);
    this.blocks += 1;
    this.firmware.to(block.more ? STATE.downloading : STATE.downloaded, RESULT.none);
    return { code: block.more ? '2.31' : '2.04', options: [blockOption('Block1', block)] };
  }
}
