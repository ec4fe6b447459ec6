import { Arg, Args, Ctx, FieldResolver, Mutation, Query, Resolver, Root } from 'type-graphql';
import type { Product } from '../../schema/model/fleet';
import type { ApiContext } from '../context';
import { asPayload } from '../errors/as-payload';
import { found } from '../errors/found';
import { toConnection } from '../paging/connection';
import { PageArgs } from '../paging/page-args';
import { CreateProductInput } from './inputs';
import { CreateProductPayload, ProductConnection, ProductType } from './types';

@Resolver(() => ProductType)
export class ProductResolver {
  @Query(() => ProductType, { nullable: true, description: 'One product. Twin of QueryProduct.' })
  product(@Arg('key', () => String) key: string, @Ctx() { core }: ApiContext) {
    return found('product', core.products.get(key));
  }

  @Query(() => ProductConnection, { description: 'All products. Twin of QueryProductList.' })
  async products(@Args(() => PageArgs) page: PageArgs, @Ctx() { core }: ApiContext) {
    return toConnection(await core.products.list(page));
  }

  @Mutation(() => CreateProductPayload, { description: 'Creates a product. Twin of CreateProduct.' })
  createProduct(@Arg('input', () => CreateProductInput) input: CreateProductInput, @Ctx() { core, viewer }: ApiContext) {
    return asPayload(core.products.create(viewer, input).then((product) => ({ product })));
  }

  @FieldResolver()
  key(@Root() product: Product): string {
    return product._id;
  }
}
