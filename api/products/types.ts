import { GraphQLDateTime } from 'graphql-scalars';
import { Field, ObjectType } from 'type-graphql';
import type { Dialect } from '../../schema/model/dialect';
import type { Product } from '../../schema/model/fleet';
import { DialectEnum } from '../enums';
import { Payload } from '../errors/user-error-type';
import { connectionOf } from '../paging/connection';

@ObjectType('Product', { description: 'A kind of device: its devices share a key, a dialect and packages.' })
export class ProductType {
  @Field(() => String, { description: 'What its devices are named with. ProductKey of Alibaba Cloud IoT.' })
  key!: string;

  @Field(() => String, { description: 'For people.' })
  name!: string;

  @Field(() => DialectEnum, { description: 'How its devices speak.' })
  dialect!: Dialect;

  @Field(() => GraphQLDateTime, { description: 'When it was created.' })
  createdAt!: Date;
}

export const ProductConnection = connectionOf(() => ProductType, 'Product');

@ObjectType()
export class CreateProductPayload extends Payload {
  @Field(() => ProductType, { nullable: true, description: 'The new product; null when it was refused.' })
  product!: Product | null;
}
