import { GraphQLDateTime } from 'graphql-scalars';
import { Field, Int, ObjectType } from 'type-graphql';
import type { CellLevel } from '../../schema/model/cell/level';
import type { Delivery, Lwm2mStep } from '../../schema/model/lwm2m/upgrade';
import type { DownloadScheme } from '../../schema/model/protocol/download-scheme';
import { CoverageLevelEnum, DeliveryEnum, DownloadSchemeEnum, Lwm2mStepEnum } from '../lwm2m-enums';

/** What people see of it; the rest is for the next question only. */
@ObjectType('Lwm2mUpgrade', { description: 'How the upgrade of an LwM2M device stands in this attempt.' })
export class Lwm2mUpgradeType {
  @Field(() => Lwm2mStepEnum, { description: 'What is awaited.' })
  step!: Lwm2mStep;

  @Field(() => GraphQLDateTime, { description: 'Since when.' })
  since!: Date;

  @Field(() => Int, {
    nullable: true,
    description: 'State of its firmware update object as it was last told. From 0 on: idle, downloading, downloaded, updating.',
  })
  state!: number | null;

  @Field(() => Int, {
    nullable: true,
    description: 'Update Result of that object as it was last told; that of an earlier update while this one has not begun.',
  })
  result!: number | null;

  @Field(() => DeliveryEnum, { nullable: true, description: 'How it gets the package; null before that is decided.' })
  delivery!: Delivery | null;

  @Field(() => DownloadSchemeEnum, { nullable: true, description: 'Of the address that it was given; null where it is sent the package.' })
  scheme!: DownloadScheme | null;

  @Field(() => String, { nullable: true, description: 'Its radio cell: operator and cell; null where it needs no slot of one.' })
  cell!: string | null;

  @Field(() => CoverageLevelEnum, { nullable: true, description: 'Its coverage level there.' })
  level!: CellLevel | null;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'Since when it waits for a slot of its cell; null while it does not.' })
  waitingSince!: Date | null;
}
