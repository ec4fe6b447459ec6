import { Field, InputType } from 'type-graphql';

@InputType()
export class PackageFilterInput {
  @Field(() => String, { nullable: true, description: 'Packages for this product.' })
  productKey?: string | null;

  @Field(() => String, { nullable: true, description: 'Packages for this module.' })
  module?: string | null;
}
