import { createUnionType, Field, ID, Int, ObjectType } from 'type-graphql';
import type { CellUse } from '../../core/cells/contract';
import type { CellLevel } from '../../schema/model/cell/level';
import type { CellFeedEvent } from '../live/events';
import { Resync } from '../live/types';
import { CoverageLevelEnum } from '../lwm2m-enums';
import { connectionOf } from '../paging/connection';

@ObjectType('Cell', {
  description: 'The devices of one coverage level in a radio cell, which share its cell slots. Counted when it is asked for.',
})
export class CellType {
  @Field(() => ID, { description: 'Opaque.' })
  id!: string;

  @Field(() => String, {
    description: 'Country, network and cell id, `262-1-12345`; the cell id alone where devices cannot tell the operator.',
  })
  cell!: string;

  @Field(() => CoverageLevelEnum, { description: 'How well its devices hear the cell.' })
  level!: CellLevel;

  @Field(() => Int, { description: 'Devices that have a cell slot: from the address of the package, or its first block, to the result.' })
  taken!: number;

  @Field(() => Int, { description: 'Free cell slots that are kept for tasks which were called, for a minute at most.' })
  kept!: number;

  @Field(() => Int, { description: 'Cell slots there are; a setting of the level.' })
  limit!: number;

  @Field(() => Int, { description: 'Tasks that wait for a cell slot, whether their devices can be reached or not.' })
  waiting!: number;
}

export const CellConnection = connectionOf(() => CellType, 'Cell');

@ObjectType({ description: 'How full a radio cell is: each event is the whole picture.' })
export class CellChange {
  @Field(() => CellType, { description: 'The cell as it is now.' })
  cell!: CellUse;

  @Field(() => String, { description: 'Opaque; subscribing with it as `after` goes on behind this event.' })
  cursor!: string;
}

export const CellChangeEventUnion = createUnionType({
  name: 'CellChangeEvent',
  description: 'A change, or word that changes were missed.',
  types: () => [CellChange, Resync] as const,
  resolveType: (event) => ((event as unknown as CellFeedEvent).kind === 'resync' ? 'Resync' : 'CellChange'),
});
