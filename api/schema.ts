import 'reflect-metadata';
import type { GraphQLSchema } from 'graphql';
import { buildSchemaSync } from 'type-graphql';
import type { Viewer } from '../core/access/viewer';
import { PairingResolver } from './access/pairing-resolver';
import { PeopleResolver } from './access/people-resolver';
import { withPermissions } from './access/permission-gate';
import { withProducts } from './access/product-gate';
import { AccessResolver } from './access/resolver';
import { AuditResolver } from './audit/resolver';
import { withAudit } from './audit/with-audit';
import { DynamicBatchResolver } from './batches/dynamic-resolver';
import { BatchEditResolver } from './batches/edit-resolver';
import { BatchHistoryResolver } from './batches/history-resolver';
import { PreviewResolver } from './batches/preview-resolver';
import { BatchResolver } from './batches/resolver';
import { CellResolver } from './cells/resolver';
import { DeviceImportResolver, ImportProgressResolver } from './device-imports/resolver';
import { DeviceListResolver } from './device-lists/resolver';
import { Lwm2mResolver } from './devices/lwm2m-resolver';
import { OwnersResolver } from './devices/owners-resolver';
import { RegistrationResolver } from './devices/registration-resolver';
import { DeviceResolver } from './devices/resolver';
import { withStoredValues } from './enums-of-the-store';
import { DeviceGroupsResolver, GroupResolver } from './groups/resolver';
import { BatchChangesResolver, DeviceChangesResolver, GroupChangesResolver } from './live/list-resolver';
import { LiveResolver, ResyncResolver } from './live/resolver';
import { NodeResolver } from './nodes/resolver';
import { PackageResolver, PackageVerificationResolver } from './packages/resolver';
import { ProductOfBatch, ProductOfDevice, ProductOfImport, ProductOfPackage, ProductOfTask } from './products/product-of';
import { ProductResolver } from './products/resolver';
import { SeriesResolver } from './series/resolver';
import { SystemResolver } from './system/resolver';
import { TaskDecisionsResolver } from './tasks/decisions-resolver';
import { AttemptResolver, TaskResolver, TransitionResolver } from './tasks/resolver';
import { withPace } from './transport/paced';
import { UploadResolver } from './uploads/resolver';

/** Inputs are validated by core, which knows the limits; subscriptions bring their own streams, so the PubSub is never used. */
export function buildApiSchema(isForApps = false): GraphQLSchema {
  const schema = buildSchemaSync({
    resolvers: [
      AccessResolver,
      PeopleResolver,
      AttemptResolver,
      AuditResolver,
      BatchChangesResolver,
      BatchEditResolver,
      BatchHistoryResolver,
      BatchResolver,
      CellResolver,
      DynamicBatchResolver,
      DeviceChangesResolver,
      GroupChangesResolver,
      DeviceResolver,
      Lwm2mResolver,
      OwnersResolver,
      RegistrationResolver,
      DeviceListResolver,
      DeviceImportResolver,
      ImportProgressResolver,
      DeviceGroupsResolver,
      GroupResolver,
      LiveResolver,
      NodeResolver,
      PackageResolver,
      PairingResolver,
      PackageVerificationResolver,
      PreviewResolver,
      ProductResolver,
      ProductOfBatch,
      ProductOfDevice,
      ProductOfImport,
      ProductOfPackage,
      ProductOfTask,
      ResyncResolver,
      SeriesResolver,
      SystemResolver,
      TaskDecisionsResolver,
      TaskResolver,
      TransitionResolver,
      UploadResolver,
    ],
    validate: false,
    // Apollo Server checks it as well, without an introspection query.
    skipCheck: true,
    pubSub: {
      publish: () => undefined,
      subscribe: () => {
        throw new Error('Subscriptions name their own stream.');
      },
    },
  });
  return withAudit(withPermissions(withProducts(withPace(withStoredValues(schema))), isForApps));
}

/** One for apps, in which all can be null that they may not see, and one for everybody else. */
export interface ApiSchemas {
  ofAll: GraphQLSchema;
  ofApps: GraphQLSchema;
}

export const buildApiSchemas = (): ApiSchemas => ({ ofAll: buildApiSchema(), ofApps: buildApiSchema(true) });

export const schemaFor = ({ ofAll, ofApps }: ApiSchemas, { role }: Pick<Viewer, 'role'>): GraphQLSchema =>
  role === 'APP' ? ofApps : ofAll;
