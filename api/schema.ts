import 'reflect-metadata';
import type { GraphQLSchema } from 'graphql';
import { buildSchemaSync } from 'type-graphql';
import { withAppGate } from './access/app-gate';
import { PeopleResolver } from './access/people-resolver';
import { AccessResolver } from './access/resolver';
import { AuditResolver } from './audit/resolver';
import { withAudit } from './audit/with-audit';
import { DynamicBatchResolver } from './batches/dynamic-resolver';
import { BatchEditResolver } from './batches/edit-resolver';
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
import { LiveResolver, ResyncResolver } from './live/resolver';
import { PackageResolver, PackageVerificationResolver } from './packages/resolver';
import { ProductResolver } from './products/resolver';
import { SystemResolver } from './system/resolver';
import { TaskDecisionsResolver } from './tasks/decisions-resolver';
import { AttemptResolver, TaskResolver, TransitionResolver } from './tasks/resolver';
import { withPace } from './transport/paced';
import { UploadResolver } from './uploads/resolver';

/** Inputs are validated by core, which knows the limits; subscriptions bring their own streams, so the PubSub is never used. */
export function buildApiSchema(): GraphQLSchema {
  const schema = buildSchemaSync({
    resolvers: [
      AccessResolver,
      PeopleResolver,
      AttemptResolver,
      AuditResolver,
      BatchEditResolver,
      BatchResolver,
      CellResolver,
      DynamicBatchResolver,
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
      PackageResolver,
      PackageVerificationResolver,
      PreviewResolver,
      ProductResolver,
      ResyncResolver,
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
  return withAudit(withAppGate(withPace(withStoredValues(schema))));
}
