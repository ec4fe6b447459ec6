import { type ConnectionHandlers, KeptConnection, type ReconnectSettings } from '../kept-connection';
import { type CertificateCredentials, type DeviceCredentials, MqttSession, type SessionSettings } from './mqtt-session';

export interface KeptSessionSettings extends SessionSettings, ReconnectSettings {}

/** A device counts as connected after each CONNACK. */
export interface KeptSessionHandlers extends ConnectionHandlers {
  onMessage(topic: string, payload: Buffer): void;
}

/** A device's MQTT connection, kept. */
export class KeptSession extends KeptConnection<MqttSession> {
  protected readonly session: MqttSession;

  constructor(
    credentials: (tls: boolean) => DeviceCredentials | CertificateCredentials,
    settings: KeptSessionSettings,
    handlers: KeptSessionHandlers,
  ) {
    super(settings, handlers);
    this.session = new MqttSession(credentials, settings, {
      onMessage: (topic, payload) => handlers.onMessage(topic, payload),
      onLost: () => this.lost(),
    });
  }

  publish(topic: string, payload: string | Buffer, qos: 0 | 1 = 0): boolean {
    return this.session.publish(topic, payload, qos);
  }

  subscribe(topics: string[]): Promise<void> {
    return this.session.subscribe(topics);
  }
}
