/** What happens when the same call comes twice, because its answer was lost. */
export type Repeat =
  /** The state afterwards is the same, and so is the answer, or it says that nothing was left to do. */
  | { kind: 'NATURAL'; why: string }
  /** It takes an `idempotencyKey`; kept with the call, or with what the call makes. */
  | { kind: 'KEY'; kept: 'CALL' | 'MADE' };

const natural = <const W extends string>(why: W) => ({ kind: 'NATURAL', why }) as const;
/** `core/calls`. */
const byCall = { kind: 'KEY', kept: 'CALL' } as const;
/** A document that knows the key of the call that made it. */
const byMade = { kind: 'KEY', kept: 'MADE' } as const;

const sets = natural('sets what the input says');
const endsOnce = natural('what has ended is answered with as it is');

/** Every mutation of the API. A test walks through the schema and fails for one that nobody has decided on. */
export const MUTATIONS = {
  addDevicesToGroup: sets,
  addSigningKey: byCall,
  blockPerson: sets,
  cancelBatch: endsOnce,
  cancelDynamicPolicy: endsOnce,
  cancelTasks: natural('tasks that have ended are left as they are'),
  confirmTasks: natural('a task that was confirmed is answered with as it is'),
  createApiKey: byCall,
  createAppToken: natural('a token more opens nothing more, and none is stored'),
  createDynamicBatch: byMade,
  createDynamicGroup: byCall,
  createGroup: byCall,
  createPackage: byMade,
  createPairingCode: natural('another code takes the place of the one before'),
  createProduct: byCall,
  createStaticBatch: byMade,
  deferTasks: natural('a task that is deferred until that time is answered with as it is, and not counted again'),
  deleteBatch: byCall,
  deleteDevices: byCall,
  deleteGroup: byCall,
  deletePackage: byCall,
  deleteProduct: byCall,
  forgetAuditActor: natural('who was forgotten stays so'),
  forgetDeviceImport: byCall,
  pauseBatch: endsOnce,
  redeemPairingCode: natural('the same owner is answered the same'),
  registerDevices: byCall,
  rejectTasks: natural('a task that was rejected is answered with as it is'),
  removeDevicesFromGroup: sets,
  resetDeviceSecret: byMade,
  resumeBatch: endsOnce,
  retryTasks: byCall,
  revokeApiKey: sets,
  setDeviceCertificates: sets,
  setDeviceGateway: sets,
  setDeviceOwners: sets,
  setDeviceParent: sets,
  setDevicesEnabled: sets,
  setLwm2mIdentities: natural('sets what the input says; keys are given, and none is made'),
  setSecureUpdate: natural('sets what the input says; the next key pair is made once, and switched to once'),
  unblockPerson: sets,
  updateApiKey: sets,
  updateBatch: sets,
  updateDevice: sets,
  updateDynamicGroup: sets,
  updateGroup: sets,
  updatePackage: sets,
  updateProduct: sets,
  verifyPackage: byMade,
} satisfies Record<string, Repeat>;

type Mutations = typeof MUTATIONS;
/** Those whose keys are kept with the call. */
export type CallMutation = { [M in keyof Mutations]: Mutations[M] extends typeof byCall ? M : never }[keyof Mutations];
