import { Trans, useLingui } from '@lingui/react/macro';
import { Stack, Tabs } from '@mantine/core';
import { IconLock } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useNavigate } from 'react-router';
import { PageTitle } from '../../app/layout/Layout';
import { paths } from '../../app/paths';
import { useMay } from '../../app/session/may';
import { EmptyState } from '../../components/EmptyState';

interface Props {
  tab: 'keys' | 'people';
  actions?: ReactNode;
  children: ReactNode;
}

/** Who may use the platform: keys of programs, and people. For administrators. */
export function AccessFrame({ tab, actions, children }: Props) {
  const { t } = useLingui();
  const navigate = useNavigate();
  const may = useMay('ADMINISTRATOR');
  return (
    <>
      <PageTitle title={tab === 'keys' ? t`API keys` : t`People`}>{may && actions}</PageTitle>
      {may ? (
        <Tabs value={tab} onChange={(to) => navigate(to === 'people' ? paths.people() : paths.keys())}>
          <Tabs.List mb="md">
            <Tabs.Tab value="keys">{t`API keys`}</Tabs.Tab>
            <Tabs.Tab value="people">{t`People`}</Tabs.Tab>
          </Tabs.List>
          <Tabs.Panel value={tab}>
            <Stack>{children}</Stack>
          </Tabs.Panel>
        </Tabs>
      ) : (
        <EmptyState icon={IconLock} title={<Trans>This page is for administrators</Trans>}>
          <Trans>Ask one of them for what you need.</Trans>
        </EmptyState>
      )}
    </>
  );
}
