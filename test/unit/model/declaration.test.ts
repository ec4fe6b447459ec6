import { date, type Field, nullable, number, object, oneOf, optional, schemaOf, text } from '../../../schema/mongo/declaration';

interface Place {
  city: string;
  street?: string;
}
interface Example {
  _id: string;
  count: number;
  state: 'ON' | 'OFF';
  note: string | null;
  since?: Date;
  place: Place;
}
const place = object<Place>({ city: text, street: optional(text) });
const fields = { _id: text, count: number, state: oneOf(['ON', 'OFF']), note: nullable(text), since: optional(date), place };

/** Each of these is compiled by the check of types, and fails there if it were right. */
test('a declaration that differs from its type in any way does not compile', () => {
  const { count: _, ...withoutCount } = fields;
  // @ts-expect-error a key that only the type has
  schemaOf<Example>(withoutCount);
  // @ts-expect-error a key that only the declaration has
  schemaOf<Example>({ _id: text, count: number, state: fields.state, note: fields.note, since: fields.since, place, more: text });
  // @ts-expect-error another type
  schemaOf<Example>({ ...fields, count: text });
  // @ts-expect-error a value too few
  schemaOf<Example>({ ...fields, state: oneOf(['ON']) });
  // @ts-expect-error a value too many
  schemaOf<Example>({ ...fields, state: oneOf(['ON', 'OFF', 'BROKEN']) });
  // @ts-expect-error any text where there are some
  schemaOf<Example>({ ...fields, state: text });
  // @ts-expect-error null where it may be
  schemaOf<Example>({ ...fields, note: text });
  // @ts-expect-error no null where it may not be
  schemaOf<Example>({ ...fields, count: nullable(number) });
  // @ts-expect-error required where it may be absent
  schemaOf<Example>({ ...fields, since: date });
  // @ts-expect-error absent where it may not be
  schemaOf<Example>({ ...fields, count: optional(number) });
  // @ts-expect-error a key of an object within, which may be absent
  object<Place>({ city: text });
  // @ts-expect-error an object that is not the type's
  schemaOf<Example>({ ...fields, place: object<{ city: string; street?: number }>({ city: text, street: optional(number) }) });
  const exact: Field<string> = text;
  expect(schemaOf<Example>({ ...fields, note: nullable(exact) }).toJSONSchema()).toEqual({
    required: ['_id', 'count', 'state', 'note', 'place'],
    properties: {
      _id: { bsonType: 'string' },
      count: { bsonType: 'number' },
      state: { bsonType: 'string', enum: ['ON', 'OFF'] },
      note: { bsonType: ['string', 'null'] },
      since: { bsonType: 'date' },
      place: { bsonType: 'object', required: ['city'], properties: { city: { bsonType: 'string' }, street: { bsonType: 'string' } } },
    },
  });
});
