import { Trans } from '@lingui/react/macro';
import { Table } from '@mantine/core';
import { useFormats } from '../../i18n/use-formats';
import { Time } from '../Time';
import type { Drawing } from './draw';
import { rowsOf } from './look';

const MOST_ROWS = 60;

/** What a chart shows, for those who do not see it and for those who want the numbers; the newest first. */
export function ChartTable({ times, curves, marks, label }: Drawing & { label: string }) {
  const { count } = useFormats();
  const rows = rowsOf(times, curves, marks, MOST_ROWS).toReversed();
  return (
    <Table.ScrollContainer minWidth={480} mah={320} scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}>
      <Table aria-label={label} fz="sm">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>
              <Trans>Time</Trans>
            </Table.Th>
            {curves.map((curve) => (
              <Table.Th key={curve.label} ta="right">
                {curve.label}
              </Table.Th>
            ))}
            {marks.length > 0 && (
              <Table.Th>
                <Trans>What happened</Trans>
              </Table.Th>
            )}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row) => (
            <Table.Tr key={row.at}>
              <Table.Td>
                <Time at={new Date(row.at)} precision="second" />
              </Table.Td>
              {row.values.map((value, index) => (
                <Table.Td key={curves[index]?.label} ta="right">
                  {value === null ? '–' : count(Math.round(value * 10) / 10)}
                </Table.Td>
              ))}
              {marks.length > 0 && <Table.Td>{row.marks.join(', ')}</Table.Td>}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
