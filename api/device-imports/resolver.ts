import { Arg, Args, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root, Subscription } from 'type-graphql';
import { type DeviceImport, noProblems } from '../../schema/model/device/device-import';
import type { ApiContext } from '../context';
import { asPayload } from '../errors/as-payload';
import { found } from '../errors/found';
import { AFTER } from '../live/after';
import type { ImportFeedEvent } from '../live/events';
import { toConnection } from '../paging/connection';
import { PageArgs } from '../paging/page-args';
import {
  DeviceImportConnection,
  DeviceImportFilterInput,
  DeviceImportType,
  ForgetDeviceImportInput,
  ForgetDeviceImportPayload,
  type ImportProblems,
  ImportProgress,
  ImportProgressEventUnion,
} from './types';

@Resolver(() => DeviceImportType)
export class DeviceImportResolver {
  @Query(() => DeviceImportType, {
    nullable: true,
    description: 'An import of devices from a file. Twin of QueryBatchRegisterDeviceStatus.',
  })
  deviceImport(@Arg('id', () => ID) id: string, @Ctx() { core }: ApiContext) {
    return found('import', core.deviceImports.get(id));
  }

  @Query(() => DeviceImportConnection, {
    description: 'Imports of devices from files that are under way, or not forgotten yet, newest first.',
  })
  async deviceImports(
    @Arg('filter', () => DeviceImportFilterInput, { nullable: true, description: 'All of its conditions hold.' })
    filter: DeviceImportFilterInput | null,
    @Args(() => PageArgs) page: PageArgs,
    @Ctx() { core, viewer }: ApiContext,
  ) {
    return toConnection(await core.deviceImports.list(viewer, filter ?? {}, page));
  }

  @Mutation(() => ForgetDeviceImportPayload, {
    description: 'Forgets an import with the secrets it shows, before its time. The devices stay.',
  })
  forgetDeviceImport(
    @Arg('input', () => ForgetDeviceImportInput) { importId, idempotencyKey }: ForgetDeviceImportInput,
    @Ctx() { core, viewer }: ApiContext,
  ) {
    return asPayload(core.deviceImports.forget(viewer, importId, idempotencyKey).then((forgotten) => ({ import: forgotten })));
  }

  @FieldResolver()
  id(@Root() { _id }: DeviceImport): string {
    return _id;
  }

  @FieldResolver()
  problems(@Root() { problems }: DeviceImport): ImportProblems {
    // One that was begun by an earlier version may know fewer.
    const told = { ...noProblems(), ...problems };
    return {
      product: told.PRODUCT,
      name: told.NAME,
      secret: told.SECRET,
      certificates: told.CERTIFICATES,
      region: told.REGION,
      tags: told.TAGS,
      columns: told.COLUMNS,
      duplicate: told.DUPLICATE,
      exists: told.EXISTS,
      dialect: told.DIALECT ?? 0,
      endpoint: told.ENDPOINT ?? 0,
      psk: told.PSK ?? 0,
      owner: told.OWNER ?? 0,
      parentUnknown: told.GATEWAY_UNKNOWN,
      gatewayUnknown: told.GATEWAY_UNKNOWN,
      parentLevels: told.GATEWAY_LEVELS,
      gatewayLevels: told.GATEWAY_LEVELS,
      parentDialect: told.GATEWAY_DIALECT,
      gatewayDialect: told.GATEWAY_DIALECT,
      parentFull: told.GATEWAY_FULL,
      gatewayFull: told.GATEWAY_FULL,
    };
  }
}

@Resolver(() => ImportProgress)
export class ImportProgressResolver {
  @Subscription(() => ImportProgressEventUnion, {
    description: 'How far an import is: once at once, then at most four times a second, and always the last change; ends with it.',
    subscribe: async ({ args, context }) => {
      const { core, live } = context as ApiContext;
      const one = await found('import', core.deviceImports.get(args.importId));
      return live.subscribeImport(one._id, args.after);
    },
  })
  importProgress(
    @Arg('importId', () => ID) _importId: string,
    @Arg('after', () => String, AFTER) _after: string | null,
    @Root() event: ImportFeedEvent,
  ): ImportFeedEvent {
    return event;
  }
}
