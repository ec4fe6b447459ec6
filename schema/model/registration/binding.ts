/** What a device says of how it can be reached. */
export interface Binding {
  /** As it writes it. */
  binding: string;
  /** LwM2M 1.1 core, 6.2.1: it sleeps, and listens only for a while after each of its messages. */
  queueMode: boolean;
}

/** UDP, TCP, SMS, non-IP, MQTT and HTTP (LwM2M 1.2); and with LwM2M 1.0 queue mode, at the end. */
const FORM = /^(?!.*(.).*\1)[UTSNMH]{1,6}Q?$/;

/** What clients mean that name none. */
const UDP = 'U';

/** Null: not a binding. LwM2M 1.0 writes `UQ`, later versions `U` with a parameter `Q`; clients are not strict about it, and both count. */
export function readBinding(binding = UDP, hasQ = false): Binding | null {
  return FORM.test(binding) ? { binding, queueMode: hasQ || binding.endsWith('Q') } : null;
}
