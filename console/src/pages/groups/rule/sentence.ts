import { useLingui } from '@lingui/react/macro';
import { LANGUAGE_TAGS, type Locale } from '../../../i18n/locales';
import { type Condition, isCombined, type Part } from './rule';

/** A rule in words: what stands in brackets belongs together. */
export function useSentence(): (part: Part) => string {
  const { t, i18n } = useLingui();
  const tag = LANGUAGE_TAGS[i18n.locale as Locale] ?? i18n.locale;
  const listed = (texts: readonly string[], type: 'conjunction' | 'disjunction'): string =>
    new Intl.ListFormat(tag, { type }).format(texts);

  const subjectOf = ({ field, of }: Condition): string => {
    switch (field) {
      case 'PRODUCT':
        return t`the product`;
      case 'PROVINCE':
        return t`the province`;
      case 'CITY':
        return t`the city`;
      case 'TAG':
        return t`the tag ${of || '…'}`;
      default:
        return t`the version of ${of || '…'}`;
    }
  };
  const conditionOf = (condition: Condition): string => {
    const subject = subjectOf(condition);
    const given = condition.values.length > 0 ? condition.values : ['…'];
    const values = listed(
      given.map((value) => `“${value}”`),
      'disjunction',
    );
    if (condition.operator === 'PREFIX') return t`${subject} begins with ${values}`;
    return condition.operator === 'IN' ? t`${subject} is ${values}` : t`${subject} is known and not ${values}`;
  };
  const wordsOf = (part: Part): string => {
    if (!isCombined(part)) return conditionOf(part);
    const inner = part.parts.map((each) =>
      isCombined(each) && each.parts.length > 1 && each.how !== 'none' ? `(${wordsOf(each)})` : wordsOf(each),
    );
    if (part.how === 'all') return listed(inner, 'conjunction');
    const some = listed(inner, 'disjunction');
    return part.how === 'any' ? some : t`it is not true that ${inner.length > 1 ? `(${some})` : some}`;
  };
  return (part) => {
    const words = wordsOf(part);
    return t`Devices for which ${words}.`;
  };
}
