import { GraphQLDateTime } from 'graphql-scalars';
import { Arg, Ctx, Field, FieldResolver, ID, Int, ObjectType, Query, Resolver, Root } from 'type-graphql';
import type { DeviceList } from '../../schema/model/device/device-list';
import type { ApiContext } from '../context';
import { DeviceListStatusEnum } from '../enums';
import { found } from '../errors/found';
import { NodeType } from '../nodes/types';

@ObjectType('DeviceList', {
  implements: NodeType,
  description: 'The devices that a file names, which was sent to `POST /lists?productKey=…`.',
})
export class DeviceListType {
  @Field(() => ID, { description: 'For the scope of a batch.' })
  id!: string;

  @Field(() => String, { description: 'The product whose devices it names.' })
  productKey!: string;

  @Field(() => DeviceListStatusEnum, { description: 'Whether a batch can use it.' })
  status!: DeviceList['status'];

  @Field(() => Int, { description: 'Rows that are not blank.' })
  rows!: number;

  @Field(() => Int, { description: 'Rows that are no device name.' })
  invalid!: number;

  @Field(() => Int, { description: 'Rows that name no device of the product.' })
  unknown!: number;

  @Field(() => Int, { description: 'Rows that name a device once more.' })
  duplicates!: number;

  @Field(() => GraphQLDateTime, { description: 'From then on it may be gone.' })
  expiresAt!: Date;
}

@Resolver(() => DeviceListType)
export class DeviceListResolver {
  @Query(() => DeviceListType, { nullable: true, description: 'What the check of a file of devices found.' })
  deviceList(@Arg('id', () => ID) id: string, @Ctx() { core }: ApiContext) {
    return found('list', core.deviceLists.get(id));
  }

  @FieldResolver()
  id(@Root() { _id }: DeviceList): string {
    return _id;
  }

  @FieldResolver()
  invalid(@Root() { problems }: DeviceList): number {
    return problems.INVALID;
  }

  @FieldResolver()
  unknown(@Root() { problems }: DeviceList): number {
    return problems.UNKNOWN;
  }

  @FieldResolver()
  duplicates(@Root() { problems }: DeviceList): number {
    return problems.DUPLICATE;
  }
}
