import { PRESENCE_REASONS } from '../../schema/model/device/presence-changes';
import { enumOf } from '../enums';

export const PresenceReasonEnum = enumOf('PresenceReason', 'How a device came on-line, or why it went.', PRESENCE_REASONS);
