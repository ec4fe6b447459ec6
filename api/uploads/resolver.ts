import { Arg, Ctx, ID, Mutation, Resolver, Root, Subscription } from 'type-graphql';
import { UserError } from '../../core/errors';
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
    const create = async () => {
      const ids = chosenUploads(input);
      const verification = verificationRequired ? 'REQUIRED' : 'NOT_REQUIRED';
      return { package: await core.uploads.createPackage(viewer, { ...rest, declaredDigest: digest, verification }, ids) };
    };
    return asPayload(create(), (field) => uploadField(field, uploadIds != null));
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

function chosenUploads({ uploadId, uploadIds }: CreatePackageInput): string[] {
  if (uploadId != null && uploadIds != null) {
    throw new UserError('INVALID_FORMAT', {
      field: 'uploadIds',
      message: 'Both uploadId and uploadIds are given.',
      hint: 'Give uploadId or uploadIds; for a package of several files name them all in uploadIds.',
    });
  }
  const ids = uploadIds ?? (uploadId == null ? [] : [uploadId]);
  if (ids.length > 0) return ids;
  throw new UserError('FILE_MISSING', {
    field: uploadIds == null ? 'uploadId' : 'uploadIds',
    message: 'No upload is named.',
    hint: 'Give the id of a finished upload as uploadId, or up to 20 as uploadIds.',
  });
}

/** What is wrong with a file, or with its signature, is told by the upload that brought it. */
function uploadField(field: string, isList: boolean): string {
  // A single upload is called `uploadId` behind the API, however it was given.
  const found = /^(?:file|signature|uploadId)(?:\.(\d+))?$/.exec(field);
  if (found === null) return field;
  return isList ? `uploadIds[${found[1] ?? 0}]` : 'uploadId';
}
