import { Arg, Args, Ctx, FieldResolver, Mutation, Query, Resolver, Root } from 'type-graphql';
import type { ApiKey } from '../../core/access/viewer';
import type { ApiContext } from '../context';
import { asPayload } from '../errors/as-payload';
import { toConnection } from '../paging/connection';
import { PageArgs } from '../paging/page-args';
import type { SignedInBy } from './enums';
import { CreateApiKeyInput, CreateAppTokenInput, RevokeApiKeyInput, UpdateApiKeyInput } from './inputs';
import {
  ApiKeyConnection,
  ApiKeyType,
  CreateApiKeyPayload,
  CreateAppTokenPayload,
  RevokeApiKeyPayload,
  UpdateApiKeyPayload,
  ViewerType,
} from './types';

@Resolver(() => ApiKeyType)
export class AccessResolver {
  @Query(() => ViewerType, { description: 'Who asks, and what they may do.' })
  viewer(@Ctx() { viewer }: ApiContext) {
    const signedInBy: SignedInBy = viewer.session ? 'BROWSER_SESSION' : viewer.kind === 'KEY' ? 'API_KEY' : 'TOKEN';
    return { ...viewer, keyId: viewer.actorId, signedInBy, session: viewer.session ?? null, owner: viewer.owner ?? null };
  }

  @Query(() => ApiKeyConnection, { nullable: true, description: 'All API keys, for administrators.' })
  async apiKeys(@Args(() => PageArgs) page: PageArgs, @Ctx() { core, viewer }: ApiContext) {
    return toConnection(await core.access.keys(viewer, page));
  }

  @Mutation(() => CreateApiKeyPayload, { description: 'Creates an API key, for administrators.' })
  createApiKey(@Arg('input', () => CreateApiKeyInput) input: CreateApiKeyInput, @Ctx() { core, viewer }: ApiContext) {
    return asPayload(core.access.createKey(viewer, input));
  }

  @Mutation(() => CreateAppTokenPayload, {
    description: 'Makes a token for the app of an owner. For keys of the role ISSUER, which may do nothing else.',
  })
  createAppToken(@Arg('input', () => CreateAppTokenInput) input: CreateAppTokenInput, @Ctx() { core, viewer }: ApiContext) {
    return asPayload(core.access.createAppToken(viewer, input));
  }

  @Mutation(() => UpdateApiKeyPayload, {
    description:
      'Renames an API key, limits it to other products, or says when it expires. What it has opened ends with a change of its products.',
  })
  updateApiKey(@Arg('input', () => UpdateApiKeyInput) { id, ...changes }: UpdateApiKeyInput, @Ctx() { core, viewer }: ApiContext) {
    return asPayload(core.access.updateKey(viewer, id, changes).then((apiKey) => ({ apiKey })));
  }

  @Mutation(() => RevokeApiKeyPayload, { description: 'Ends an API key, for administrators.' })
  revokeApiKey(@Arg('input', () => RevokeApiKeyInput) input: RevokeApiKeyInput, @Ctx() { core, viewer }: ApiContext) {
    return asPayload(core.access.revokeKey(viewer, input.id).then((apiKey) => ({ apiKey })));
  }

  @FieldResolver()
  id(@Root() apiKey: ApiKey): string {
    return apiKey._id;
  }
}
