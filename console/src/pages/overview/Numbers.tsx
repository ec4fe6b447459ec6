import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { ActionIcon, Anchor, Group, Paper, SimpleGrid, Text, Tooltip } from '@mantine/core';
import { IconCpu, IconGauge, IconHeartbeat, IconRefresh } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { paths } from '../../app/paths';
import { Time } from '../../components/Time';
import { useFormats } from '../../i18n/use-formats';
import type { Flow } from './flow';
import { Health } from './Health';
import type { NumbersAt } from './use-overview';

interface Props {
  numbers: NumbersAt | null;
  loading: boolean;
  reload: () => void;
  rate: { readonly asked: number; readonly reached: number };
  flow: Flow | null;
  isWhole: boolean;
}

/** The fleet, the push rate and the platform, each in a few numbers. */
export function Numbers({ numbers, loading, reload, rate, flow, isWhole }: Props) {
  const { t } = useLingui();
  const { count } = useFormats();
  const most = numbers?.limits?.itemsCounted ?? 0;
  const states = [
    { name: t`in all`, to: '', list: numbers?.all },
    { name: t`on-line`, to: '?online=yes', list: numbers?.online },
    { name: t`off-line`, to: '?online=no', list: numbers?.offline },
    { name: t`disabled`, to: '?enabled=no', list: numbers?.disabled },
  ];
  return (
    <SimpleGrid cols={{ base: 1, md: 3 }}>
      <Tile
        icon={<IconCpu size={18} aria-hidden />}
        title={<Trans>Devices</Trans>}
        action={
          <Tooltip label={t`Count again`}>
            <ActionIcon variant="subtle" color="gray" c="inherit" aria-label={t`Count again`} loading={loading} onClick={reload}>
              <IconRefresh size={16} />
            </ActionIcon>
          </Tooltip>
        }
      >
        <SimpleGrid cols={2} spacing={20} verticalSpacing={4}>
          {states.map(({ name, to, list }) => (
            <Anchor key={name} component={Link} to={`${paths.devices()}${to}`} c="inherit" underline="hover" data-devices={to || 'all'}>
              <Text component="span" fw={700} size="lg">
                {/* Longer lists are not counted. */}
                {list === undefined || list === null ? '–' : list.totalCount === null ? `> ${count(most)}` : count(list.totalCount)}
              </Text>{' '}
              <Text component="span" size="sm" c="dimmed">
                {name}
              </Text>
            </Anchor>
          ))}
        </SimpleGrid>
        <Text size="xs" c="dimmed" mt={4} mih="1lh">
          {numbers && (
            <Trans>
              As of <Time at={numbers.readAt} precision="second" />.
            </Trans>
          )}
        </Text>
      </Tile>
      <Tile icon={<IconGauge size={18} aria-hidden />} title={<Trans>Push rate, all batches</Trans>}>
        <Text component="div" data-rate>
          <Text component="span" fw={700} size="lg">
            {count(rate.reached)}
          </Text>{' '}
          <Text component="span" size="sm" c="dimmed">
            <Trans>
              <Plural value={rate.reached} one="device a minute" other="devices a minute" /> reached, of {count(rate.asked)} asked
            </Trans>
          </Text>
        </Text>
      </Tile>
      <Tile icon={<IconHeartbeat size={18} aria-hidden />} title={<Trans>Platform</Trans>}>
        <Health flow={flow} isWhole={isWhole} />
      </Tile>
    </SimpleGrid>
  );
}

function Tile({ icon, title, action, children }: { icon: ReactNode; title: ReactNode; action?: ReactNode; children: ReactNode }) {
  return (
    <Paper withBorder p="md" component="section">
      <Group justify="space-between" mb={4} mih={28}>
        <Group gap={6} component="h2" m={0} fz="sm" fw={600}>
          {icon}
          {title}
        </Group>
        {action}
      </Group>
      {children}
    </Paper>
  );
}
