import { Arg, Ctx, Query, Resolver } from 'type-graphql';
import type { ApiContext } from '../context';
import { asPayload } from '../errors/as-payload';
import { CreateDynamicBatchInput, CreateStaticBatchInput } from './inputs';
import { newDynamicBatch, newStaticBatch } from './new-batch';
import { PreviewBatchPayload, previewView } from './preview-types';

/** Looks at thousands of devices. */
const PREVIEW = 2_000;

@Resolver()
export class PreviewResolver {
  @Query(() => PreviewBatchPayload, {
    complexity: PREVIEW,
    description: 'What `createStaticBatch` would do with the same input, or why it would refuse it. Nothing is created.',
  })
  previewBatch(@Arg('input', () => CreateStaticBatchInput) input: CreateStaticBatchInput, @Ctx() { core, viewer }: ApiContext) {
    const preview = async () => ({ preview: previewView(await core.batches.preview(viewer, newStaticBatch(input))) });
    return asPayload(preview());
  }

  @Query(() => PreviewBatchPayload, {
    complexity: PREVIEW,
    description:
      'What `createDynamicBatch` would do with the devices that match now, or why it would refuse the same input. Nothing is created; who comes to match later is not in it.',
  })
  previewDynamicBatch(@Arg('input', () => CreateDynamicBatchInput) input: CreateDynamicBatchInput, @Ctx() { core, viewer }: ApiContext) {
    const preview = async () => ({ preview: previewView(await core.batches.previewDynamic(viewer, newDynamicBatch(input))) });
    return asPayload(preview());
  }
}
