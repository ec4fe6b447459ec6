import { Field, ID, InterfaceType } from 'type-graphql';

/** What `node` finds, by the name of its type in the schema. */
export type NodeTypeName = 'Batch' | 'Device' | 'DeviceImport' | 'DeviceList' | 'Group' | 'Package' | 'Task';

/** A stored thing that says of which type it is: ids do not. */
export interface FoundNode {
  __typename: NodeTypeName;
}

@InterfaceType('Node', {
  description: 'Whatever has an id that nothing else has, and is found by it alone.',
  resolveType: (value: FoundNode) => value.__typename,
})
export abstract class NodeType {
  @Field(() => ID, { description: 'Opaque.' })
  id!: string;
}
