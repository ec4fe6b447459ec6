import type { mongo } from 'mongoose';
import { noProblems } from '../../schema/model/device/device-import';
import type { CollectionName, Collections } from '../../schema/mongo/collections';
import { aBatch, aDevice, anIotdaTask, aPackage, aRegistration } from './builders';

export const AT = new Date('2026-01-01T00:00:00Z');
export const TASK = anIotdaTask({
  attempts: [{ number: 1, cause: 'LOW_BATTERY', text: null, startedAt: null, endedAt: AT }],
  transitions: [{ at: AT, from: 'QUEUED', to: 'QUEUED', cause: 'LOW_BATTERY', text: 'weak' }],
  download: { bytesServed: 5_000_000_000, requests: 1, lastAt: AT },
});
const pair = { keyId: 'k', publicKeyPem: 'p', sealedPrivateKey: 's', createdAt: AT };
/** One of each that has every field which may be wrong within. */
export const DOCUMENTS: { [N in CollectionName]: Collections[N] extends mongo.Collection<infer T> ? T : never } = {
  tasks: TASK,
  batches: aBatch({
    scope: { kind: 'region', province: 'p', city: 'c' },
    policy: {
      rate: { kind: 'variable', base: 1, factor: 1.5, maximum: 9, threshold: { of: 'notified', count: 5 } },
      retry: { intervalMinutes: 10, maxRetries: 1 },
      timeoutMinutes: null,
      tags: [{ key: 'k', value: 'v' }],
    },
    schedule: { startAt: AT, endAt: null },
    edits: [{ at: AT, by: 'key', fields: ['rate'] }],
    moves: [{ at: AT, to: 'PAUSED', by: 'key', reason: 'r' }],
    selection: { matched: 1, created: 1, skippedBusy: 0 },
  }),
  devices: {
    ...aDevice(TASK),
    modules: { default: { version: '1', reportedAt: AT } },
    region: { province: 'p', city: 'c' },
    tags: { k: 'v' },
    owner: 'o',
    memberSince: { g: AT },
    lwm2m: { endpoint: 'ep', psks: [{ identity: 'i', generation: 'g' }], sealedKeys: 's' },
    uncounted: true,
  },
  products: { _id: 'p', name: 'p', dialect: 'LINK', createdAt: AT },
  packages: aPackage(),
  apiKeys: {
    _id: 'k',
    name: 'k',
    role: 'APP',
    registrations: [null],
    hash: '',
    createdBy: null,
    createdAt: AT,
    revokedAt: null,
    lastUsedAt: null,
  },
  people: {
    ...{ _id: 'p', issuer: 'https://id.example', subject: 's', name: 'p', role: 'OPERATOR', products: ['p'] },
    ...{ firstSeenAt: AT, lastSeenAt: AT, blockedAt: null },
  },
  browserSessions: {
    ...{ _id: 's', actorId: 'p', keyId: 'k', createdAt: AT, usedAt: AT, expiresAt: AT },
    person: { issuer: 'https://id.example', subject: 's', name: 'p', role: 'OPERATOR', products: ['p'], terms: '' },
  },
  seriesSamples: {
    ...{ _id: 'b:b/1/2026-01-01T00:00', step: 1, at: AT, pushed: 1, succeeded: 0, failed: 1, sent: 1, causes: { LOW_BATTERY: 1 }, gap: 1 },
    ...{ asked: 60, lookedAt: AT },
  },
  presenceHistories: { _id: 'p.d', changes: [{ at: AT, online: true, reason: 'CONNECTION' }], changedAt: AT },
  signInLinks: { _id: 'l', expiresAt: AT },
  pairingCodes: { _id: 'd', registration: null, digest: '', expiresAt: AT, madeBy: 'key', redeemedBy: 'user:u' },
  pairingTries: { _id: 't', count: 1, expiresAt: AT },
  signingKeys: {
    ...{ _id: 's', productKey: 'p', name: 's', publicKeyPem: '', fingerprint: '', addedBy: 'k', addedAt: AT },
    algorithm: 'ED25519',
  },
  secureUpdates: { _id: 'p', active: true, current: pair, next: null },
  settings: { _id: 's', value: { whatever: [1] } },
  gateways: { _id: 'g', startedAt: AT, seenAt: AT },
  versionCounts: { _id: 'v', productKey: 'p', module: 'm', version: '1', devices: 1 },
  groups: {
    ...{ _id: 'g', name: 'g', parentId: null, ancestors: [], createdBy: 'k', createdAt: AT },
    dynamic: { rule: { all: [{ none: [] }] }, revision: 1, filled: false, checkAt: AT },
  },
  deviceLists: {
    ...{ _id: 'l', productKey: 'p', status: 'CLEAN', rows: 1, createdBy: 'k', createdAt: AT, expiresAt: AT },
    problems: { INVALID: 0, UNKNOWN: 0, DUPLICATE: 0 },
  },
  deviceListRows: { _id: 'l.d', deviceId: 'p.d' },
  deviceListProblems: { _id: 'l.1', row: 1, value: 'x', problem: 'UNKNOWN' },
  deviceImports: {
    ...{ _id: 'i', productKey: 'p', status: 'CHECKING', skipInvalid: false, rows: 0, valid: 0, problems: noProblems(), created: 0 },
    ...{ createdBy: 'k', createdAt: AT, endedAt: null, expiresAt: AT, attempt: 1, digest: null, piecesDone: 0, pieces: 0, renewedAt: AT },
  },
  deviceImportPieces: { _id: 'i.1', sealedRows: '' },
  deviceImportProblems: { _id: 'i.1', row: 1, value: 'x', problem: 'NAME', text: 'x' },
  sessionEnds: { _id: 's', gatewayId: 'g', deviceId: 'p.d', at: AT },
  registrations: { ...aRegistration({ objects: [{ id: 3, version: '1.1', instances: [0] }], contentFormats: [110] }), writeId: 'w' },
  cells: {
    ...{ _id: '262-1-1 0', cell: '262-1-1', level: '0', refusedAt: AT, dueAt: AT },
    slots: [{ taskId: 'b.p.d', attempt: 1, held: true, at: AT, until: AT }],
  },
  calls: { _id: 'c', mutation: 'createGroup', state: 'DONE', begunAt: AT, sealed: 's', expiresAt: AT },
  downloadTokens: { _id: 't', taskId: 'b.p.d', attempt: 1, fileIndex: 0, grant: 'g', expiresAt: AT },
  secretResets: { _id: 's', deviceId: 'p.d', generation: 'g', createdAt: AT },
  uploads: { _id: 'u', renewedAt: AT },
  auditEntries: {
    ...{ _id: 'e', at: AT, kind: 'MUTATION', action: 'a', actor: 'k', actorKind: 'KEY', role: 'OPERATOR', address: '::1' },
    ...{
      correlationId: 'c',
      input: '{}',
      objects: ['b'],
      before: '{}',
      after: '{}',
      result: 'OK',
      codes: ['X'],
      count: 1,
      mac: '',
      segment: 1,
    },
  },
  auditSegments: { _id: 1, at: AT, previous: '', ids: ['e'], hashes: ['h'], hash: '', signature: '' },
  auditCheckpoints: { _id: 1, at: AT, hash: '', signature: '' },
  auditActors: { _id: 'a', actorId: 'person:p', kind: 'PERSON', name: 'p', forgottenAt: null },
  resumableUploads: {
    ...{
      _id: 'u',
      keyId: 'k',
      fileName: 'f',
      size: 1,
      offset: 0,
      received: 0,
      state: 'RECEIVING',
      digests: null,
      createdAt: AT,
      renewedAt: AT,
    },
    ...{ handle: '', declared: { algorithm: 'md5', hex: '' }, signature: null, writer: '', tail: Buffer.from('t') },
    hashes: { md5: Buffer.from('m'), sha256: Buffer.from('s') },
  },
};
