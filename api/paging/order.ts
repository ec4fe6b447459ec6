import { registerEnumType } from 'type-graphql';

/** Along the index that a list is read by, one way or the other. */
export const SortOrderEnum = { ASCENDING: 'ASCENDING', DESCENDING: 'DESCENDING' } as const;
export type SortOrder = keyof typeof SortOrderEnum;

registerEnumType(SortOrderEnum, {
  name: 'SortOrder',
  description: 'Which way a list is read.',
  valuesConfig: {
    ASCENDING: { description: 'The least first: the earliest, or the first by name.' },
    DESCENDING: { description: 'The greatest first: the latest, or the last by name.' },
  },
});
