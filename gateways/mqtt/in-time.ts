import { withTimeout } from '../../core/with-timeout';
import { MQTT_LIMITS } from './limits';

/** Rejects when core does not answer about a device in its time. */
export const inTime = <T>(answer: Promise<T>): Promise<T> => withTimeout(answer, MQTT_LIMITS.authenticateTimeoutMs, 'No answer in time');
