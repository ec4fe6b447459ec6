import { Field, InputType } from 'type-graphql';
import type { Dialect } from '../../schema/model/dialect';
import { DialectEnum } from '../enums';

@InputType()
export class CreateProductInput {
  @Field(() => String, { nullable: true, description: '4–32 letters and digits; made up when not given.' })
  key?: string | null;

  @Field(() => String, { description: 'For people.' })
  name!: string;

  @Field(() => DialectEnum, { nullable: true, description: 'LINK when not given.' })
  dialect?: Dialect | null;
}
