import { GraphQLBigInt } from 'graphql-scalars';
import { Field, Int, ObjectType } from 'type-graphql';
import { FIXED, LIMIT_NAMES, LIMITS } from '../../schema/model/limits';
import { OPERATING_LIMITS } from './operating-limits';

/** A field for each limit of the model, and of how it is run. */
@ObjectType('Limits', {
  description: 'Every limit by its name, as it is set here. Elsewhere in this schema `limits.…` means a field of this type.',
})
export class LimitsType {}

interface Shown {
  name: string;
  value: number | readonly number[];
  unit: string;
  description: string;
}

const shown = (value: Shown['value']): string =>
  typeof value === 'number' ? value.toLocaleString('en') : value.map((each) => each.toLocaleString('en')).join('; ');

function addField({ name, value, unit, description }: Shown): void {
  const type = unit === 'bytes' ? GraphQLBigInt : Int;
  Field(() => (typeof value === 'number' ? type : [type]), { description })(LimitsType.prototype, name);
}

for (const name of LIMIT_NAMES) {
  const { default: value, unit, description } = LIMITS[name];
  addField({ name, value, unit, description: `${description} By default ${shown(value)}.` });
}
for (const [name, { value, unit, description }] of Object.entries(FIXED)) {
  addField({ name, value, unit, description: `${description} Always ${shown(value)}.` });
}
for (const [name, limit] of Object.entries(OPERATING_LIMITS)) {
  const none = 'none' in limit ? limit.none : null;
  const description = none === null ? limit.description : `${limit.description} Null: ${none}.`;
  Field(() => Int, { nullable: none !== null, description })(LimitsType.prototype, name);
}
