import { Arg, Ctx, ID, Query, Resolver } from 'type-graphql';
import type { ApiContext } from '../context';
import { isOfItsDevice } from '../tasks/own-history';
import { type FoundNode, NodeType, type NodeTypeName } from './types';

/** As many looks as there are types, each along the ids of one collection. */
const LOOKS = 20;

type Look = (context: ApiContext, id: string) => Promise<object | null>;

/** Ids with a dot: those of devices and tasks. Batches have their ids from the platform, so a product key can only imitate one. */
const DOTTED: Partial<Record<NodeTypeName, Look>> = {
  async Task({ loaders, viewer }, id) {
    const task = await loaders.task.load(id);
    return task && (await isOfItsDevice(viewer, task, loaders)) ? task : null;
  },
  Device: ({ loaders }, id) => loaders.device.load(id),
};

const OTHERS: Partial<Record<NodeTypeName, Look>> = {
  Batch: ({ loaders }, id) => loaders.batch.load(id),
  Package: ({ loaders }, id) => loaders.package.load(id),
  Group: ({ loaders }, id) => loaders.group.load(id),
  DeviceList: ({ core }, id) => core.deviceLists.get(id),
  DeviceImport: ({ core }, id) => core.deviceImports.get(id),
};

@Resolver()
export class NodeResolver {
  /** What the viewer may not see is taken away by the gates of `api/access`. */
  @Query(() => NodeType, {
    nullable: true,
    complexity: LOOKS,
    description:
      'Whatever has this id: a batch, device, group, package, task, list of devices (`DeviceList`) or import of devices (`DeviceImport`). Null when there is none of these, and, without an error, for what is not for whoever asks; an app finds its devices and their tasks. A product has no id: it is found by its key.',
  })
  async node(@Arg('id', () => ID) id: string, @Ctx() context: ApiContext): Promise<FoundNode | null> {
    const looks = Object.entries(id.includes('.') ? DOTTED : OTHERS) as [NodeTypeName, Look][];
    const found = await Promise.all(looks.map(([, look]) => look(context, id)));
    const at = found.findIndex((thing) => thing !== null);
    const [type] = looks[at] ?? [];
    return type ? { ...found[at], __typename: type } : null;
  }
}
