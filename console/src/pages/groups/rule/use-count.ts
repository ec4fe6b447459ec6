import { useDebouncedValue } from '@mantine/hooks';
import { platform } from '../../../app/platform';
import { CountRuleDocument } from '../../../generated/pages/groups/documents';
import { useLoaded } from '../../../live/use-loaded';
import { inputOf, type Part } from './rule';

/** So long after the last change the API is asked. */
const QUIET_MS = 400;

/** How many devices the rule matches now, while it is written; what is wrong with it comes as problems. */
export function useCount(rule: Part) {
  const wanted = JSON.stringify(inputOf(rule));
  const [asked] = useDebouncedValue(wanted, QUIET_MS);
  const { data, problems, loading } = useLoaded(`count ${asked}`, () => platform.query(CountRuleDocument, { rule: JSON.parse(asked) }));
  const isCurrent = asked === wanted && !loading;
  return { counted: isCurrent ? (data?.previewGroupRule ?? null) : null, problems: isCurrent ? problems : [], isCurrent };
}
