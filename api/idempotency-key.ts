import { Field, InputType } from 'type-graphql';

/** R-UI-1: of every mutation that is not idempotent by nature (`schema/model/mutations.ts`). */
@InputType()
export abstract class WithIdempotencyKey {
  @Field(() => String, {
    nullable: true,
    description:
      'A value of your own, new for each call, up to `limits.idempotencyKeyLength` characters: the same call with the same key does nothing more for 24 h, and gets the same answer.',
  })
  idempotencyKey?: string | null;
}
