import type { DeviceId, TaskId } from '../../../schema/model/ids';
import type { FirmwareSeen, Looked, Reading, Unanswered } from '../../../schema/model/lwm2m/reading';

export type { SignalSeen } from '../../../schema/model/cell/signal';
export type { FirmwareSeen, Looked, Reading, Unanswered };

/** Why a device is looked at now: it has registered, has sent something else, its batch pushes it, or its time has come. */
export const LOOK_REASONS = ['REGISTERED', 'HEARD', 'PUSHED', 'DUE'] as const;
export type LookReason = (typeof LOOK_REASONS)[number];

/** The answer's code, `4.00`, what the device says with it, and the result that was read afterwards. */
export interface Refused {
  refused: string;
  text: string;
  result: number | null;
}

interface AskBase {
  /** Null: the device has no task, and only its version is of interest. */
  taskId: TaskId | null;
  attempt: number;
  /** How long it may take in all, in milliseconds. */
  waitMs: number;
  /** Where the conversation stands: for `answered`, not for the gateway. Absent: at its begin. */
  talk?: Talk;
}

export interface Talk {
  reason: LookReason;
  /** How many questions there were before. */
  asked: number;
  /** Resets among them. */
  resets: number;
  /** After the observations comes the order to install. */
  executes?: boolean;
  /** How often something had been delivered in the attempt: an answer about an earlier delivery is none about this one. */
  deliveries: number;
}

/** What a gateway is to ask of a device (device-protocols §3.5). */
export type Ask = AskBase &
  (
    | { kind: 'look'; version: boolean; firmware: boolean; signal: boolean }
    /** Observe `/5/0/3` and `/5/0/5`, then write the Package URI. */
    | { kind: 'offer'; url: string }
    /** Observe the same, then write the Package in blocks, which the token opens. */
    | { kind: 'push'; token: string; size: number }
    /** A new registration has ended the observations. */
    | { kind: 'observe' }
    /** Until the state is 0. */
    | { kind: 'reset' }
    | { kind: 'execute' }
    /** Cancel the observations. */
    | { kind: 'release' }
  );

/** What it came to. */
export type Answer =
  /** Null: not asked for. */
  | ({ kind: 'looked' } & Looked)
  | { kind: 'offered'; outcome: 'ACCEPTED' | Refused | { failed: Unanswered } }
  /** STOPPED: nothing more may be sent. NO_ROOM: 4.13 for smaller blocks, too. INCOMPLETE: 4.08, or 2.31 to the last block, twice. */
  | { kind: 'pushed'; outcome: 'COMPLETE' | 'STOPPED' | 'NO_ROOM' | 'INCOMPLETE' | Refused | { failed: Unanswered } }
  /** TOO_LATE: it installs. */
  | { kind: 'reset'; outcome: { state: number | null } | 'TOO_LATE' | Refused | { failed: Unanswered } }
  | { kind: 'executed'; outcome: 'ACCEPTED' | Refused | { failed: Unanswered } }
  | { kind: 'observed' }
  | { kind: 'released' };

/**
 * R-FLOW-3: the upgrades of LwM2M devices, as their gateways see them. Nothing is remembered between two calls but what is in the store and
 * on the device, so that whoever hears a device next goes on. All may be repeated; all throw only when the store or the engine can't be reached.
 */
export interface Lwm2mUpgrades {
  /** What to ask of a device; null: nothing. What is asked about many devices in one turn of the event loop is read together. */
  begin(deviceId: DeviceId, reason: LookReason): Promise<Ask | null>;
  /** What to ask next. */
  answered(deviceId: DeviceId, ask: Ask, answer: Answer): Promise<Ask | null>;
  /** The first block of a push was taken. False: stop. */
  pushBegan(deviceId: DeviceId, ask: Ask): Promise<boolean>;
  /** The device has told it by a notification or by Send. */
  noticed(deviceId: DeviceId, seen: Partial<Pick<FirmwareSeen, 'state' | 'result'>>): Promise<Ask | null>;
  /** Devices at a gateway that are to be looked at by now, at most so many, those due longest first. */
  due(gatewayId: string, most: number): Promise<DeviceId[]>;
}
