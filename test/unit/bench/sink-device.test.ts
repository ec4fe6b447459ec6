import { SinkDevice } from '../../bench/lwm2m/sink-device';
import { type BareCoapServer, startBareCoapServer } from '../../devices/bare-coap-server';

describe('the device of the benchmark that is pushed to', () => {
  let server: BareCoapServer;
  let device: SinkDevice;
  beforeEach(async () => {
    server = await startBareCoapServer();
    device = new SinkDevice({ dialect: 'LWM2M', deviceName: 'd1', version: '1.0.0' }, { server: `coap://127.0.0.1:${server.port}` });
    await device.start();
  });
  afterEach(async () => {
    await device.stop();
    server.close();
  });

  test('takes block after block, is in Downloaded after the last, and has kept nothing', async () => {
    expect((await server.push(Buffer.alloc(5_000), { upTo: 2_048 })).code).toBe('2.31');
    expect(device.firmware.state).toBe(1);
    expect((await server.push(Buffer.alloc(5_000))).code).toBe('2.04');
    expect(device).toMatchObject({ blocks: 7, firmware: { state: 2, result: 0 }, file: { pieces: [] } });
  });
});
