import { Arg, Args, Ctx, FieldResolver, Mutation, Query, Resolver, Root } from 'type-graphql';
import { DEFAULT_MODULE } from '../../schema/model/ids';
import type { Product } from '../../schema/model/product';
import { lwm2mSettingsOf } from '../../schema/model/protocol/lwm2m-settings';
import type { ApiContext } from '../context';
import { asPayload } from '../errors/as-payload';
import { found } from '../errors/found';
import { toConnection } from '../paging/connection';
import { PageArgs } from '../paging/page-args';
import { AddSigningKeyInput, CreateProductInput, DeleteProductInput, SetSecureUpdateInput, UpdateProductInput } from './inputs';
import {
  AddSigningKeyPayload,
  CreateProductPayload,
  DeleteProductPayload,
  ModuleVersionCountConnection,
  ProductConnection,
  ProductModuleConnection,
  ProductType,
  SetSecureUpdatePayload,
  UpdateProductPayload,
} from './types';

@Resolver(() => ProductType)
export class ProductResolver {
  @Query(() => ProductType, { nullable: true, description: 'One product. Twin of QueryProduct.' })
  product(@Arg('key', () => String) key: string, @Ctx() { core }: ApiContext) {
    return found('product', core.products.get(key));
  }

  @Query(() => ProductConnection, { description: 'All products. Twin of QueryProductList.' })
  async products(@Args(() => PageArgs) page: PageArgs, @Ctx() { core, viewer }: ApiContext) {
    return toConnection(await core.products.list(viewer.products, page));
  }

  @Mutation(() => CreateProductPayload, { description: 'Creates a product. Twin of CreateProduct.' })
  createProduct(@Arg('input', () => CreateProductInput) input: CreateProductInput, @Ctx() { core, viewer }: ApiContext) {
    return asPayload(core.products.create(viewer, input).then((product) => ({ product })));
  }

  @Mutation(() => UpdateProductPayload, { description: "Changes a product's name and settings. Twin of UpdateProduct." })
  updateProduct(@Arg('input', () => UpdateProductInput) { key, ...changes }: UpdateProductInput, @Ctx() { core, viewer }: ApiContext) {
    return asPayload(core.products.update(viewer, key, changes).then((product) => ({ product })));
  }

  @Mutation(() => DeleteProductPayload, {
    description:
      'Deletes a product that is empty: without devices, packages, batches, lists or imports, and named by no dynamic group. Its key may be given to another one afterwards. For administrators. Twin of DeleteProduct.',
  })
  deleteProduct(@Arg('input', () => DeleteProductInput) { key, idempotencyKey }: DeleteProductInput, @Ctx() { core, viewer }: ApiContext) {
    return asPayload(core.products.delete(viewer, key, idempotencyKey).then(({ _id }) => ({ key: _id })));
  }

  @FieldResolver()
  refuseConflictingBatches(@Root() product: Product): boolean {
    return product.refuseConflictingBatches ?? false;
  }

  @Query(() => ModuleVersionCountConnection, {
    description: 'The versions of a module that the devices of a product have now, by version..',
  })
  async moduleVersions(
    @Arg('productKey', () => String) productKey: string,
    @Arg('module', () => String, { nullable: true, description: '`default` when not given.' }) module: string | null,
    @Args(() => PageArgs) page: PageArgs,
    @Ctx() { core }: ApiContext,
  ) {
    return toConnection(await core.products.moduleVersions(productKey, module ?? DEFAULT_MODULE, page));
  }

  @Mutation(() => AddSigningKeyPayload, {
    description: 'Adds a public key that signed packages are checked with. It can not be changed afterwards.',
  })
  addSigningKey(@Arg('input', () => AddSigningKeyInput) input: AddSigningKeyInput, @Ctx() { core, viewer }: ApiContext) {
    return asPayload(core.products.addSigningKey(viewer, input).then((signingKey) => ({ signingKey })));
  }

  @Mutation(() => SetSecureUpdatePayload, {
    description: 'Switches Secure Update on or off; in force everywhere within 5 s. The first time it makes the key pair.',
  })
  setSecureUpdate(@Arg('input', () => SetSecureUpdateInput) input: SetSecureUpdateInput, @Ctx() { core, viewer }: ApiContext) {
    return asPayload(core.products.setSecureUpdate(viewer, input).then((product) => ({ product })));
  }

  @FieldResolver()
  signingKeys(@Root() product: Product, @Ctx() { core }: ApiContext) {
    return core.products.signingKeys(product._id);
  }

  @FieldResolver()
  secureUpdate(@Root() product: Product, @Ctx() { core }: ApiContext) {
    return core.products.secureUpdate(product._id);
  }

  @FieldResolver(() => ProductModuleConnection)
  async modules(@Root() product: Product, @Args(() => PageArgs) page: PageArgs, @Ctx() { core }: ApiContext) {
    return toConnection(await core.products.modules(product._id, page));
  }

  @FieldResolver()
  selfSignedUrls(@Root() { selfSignedUrls = false }: Product): boolean {
    return selfSignedUrls;
  }

  @FieldResolver()
  confirmByQuery(@Root() { confirmByQuery = false }: Product): boolean {
    return confirmByQuery;
  }

  @FieldResolver()
  plainCoap(@Root() product: Product): boolean {
    return lwm2mSettingsOf(product).plainCoap;
  }

  @FieldResolver()
  awakeSeconds(@Root() product: Product): number {
    return lwm2mSettingsOf(product).awakeSeconds;
  }

  @FieldResolver()
  ackTimeoutSeconds(@Root() product: Product): number {
    return lwm2mSettingsOf(product).ackTimeoutSeconds;
  }

  @FieldResolver()
  key(@Root() product: Product): string {
    return product._id;
  }
}
