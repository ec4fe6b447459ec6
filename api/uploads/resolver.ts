import { Arg, Ctx, ID, Mutation, Resolver, Root, Subscription } from 'type-graphql';
import type { ApiContext } from '../context';
import { asPayload } from '../errors/as-payload';
import { found } from '../errors/found';
import { AFTER } from '../live/after';
import type { UploadFeedEvent } from '../live/events';
import { CreatePackageInput } from './inputs';
import { CreatePackagePayload, UploadProgress, UploadProgressEventUnion } from './types';

@Resolver(() => UploadProgress)
export class UploadResolver {
  @Mutation(() => CreatePackagePayload, {
    description:
      'Makes a package of a finished upload. A refusal leaves the upload, to be used with another input. Twin of CreateOTAFirmware.',
  })
  createPackage(@Arg('input', () => CreatePackageInput) input: CreatePackageInput, @Ctx() { core, viewer }: ApiContext) {
    const { uploadId, uploadIds, digest, verificationRequired, ...rest } = input;
    const ids = uploadIds ?? (uploadId == null ? [] : [uploadId]);
    const created = core.uploads.createPackage(
      viewer,
      { ...rest, declaredDigest: digest, verification: verificationRequired ? 'REQUIRED' : 'NOT_REQUIRED' },
      ids,
    );
    return asPayload(created.then((firmware) => ({ package: firmware })));
  }

  @Subscription(() => UploadProgressEventUnion, {
    description:
      'How far an upload of this API key is: once at once, then at most four times a second, and always the last change; ends with it.',
    subscribe: async ({ args, context }) => {
      const { core, live, viewer } = context as ApiContext;
      const upload = await found('upload', core.uploads.get(viewer, args.uploadId));
      return live.subscribeUpload(upload._id, args.after);
    },
  })
  uploadProgress(
    @Arg('uploadId', () => ID) _uploadId: string,
    @Arg('after', () => String, AFTER) _after: string | null,
    @Root() event: UploadFeedEvent,
  ): UploadFeedEvent {
    return event;
  }
}
