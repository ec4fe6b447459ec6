import { useLingui } from '@lingui/react/macro';
import { type ComponentProps } from 'react';
import { useViewer } from '../../app/session/may';
import { Can } from '../../components/Can';

/** Groups are shared by all products: who is limited to some looks at them, and changes none. */
export function MayGroup({ unless, children }: Pick<ComponentProps<typeof Can>, 'unless' | 'children'>) {
  const { t } = useLingui();
  const viewer = useViewer();
  const limited = viewer && viewer.products !== null ? t`Groups are shared by all products, and you are limited to some.` : null;
  return (
    <Can need="OPERATOR" unless={limited ?? unless}>
      {children}
    </Can>
  );
}
