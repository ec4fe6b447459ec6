import { Trans, useLingui } from '@lingui/react/macro';
import { Table } from '@mantine/core';
import { memo, useEffect, useMemo, useRef } from 'react';
import rows from '../../components/rows/rows.module.css';
import { Space } from '../../components/rows/Space';
import { useRows } from '../../components/rows/use-rows';
import { LANGUAGE_TAGS, type Locale } from '../../i18n/locales';
import { DeviceRow, ROW_PX } from './DeviceRow';
import classes from './DevicesTable.module.css';
import { PAGE_ROWS } from './pages';
import type { Devices } from './use-devices';

/** Browsers draw nothing beyond some 33 million pixels: with the height of our rows a million fit. */
const MOST_ROWS = 1_000_000;

/** Draws what is in sight, and has read what comes into sight. */
export function DevicesTable({ devices }: { devices: Devices }) {
  const { t, i18n } = useLingui();
  const { pages, show, gone } = devices;
  const scroller = useRef<HTMLDivElement>(null);
  const { indices, above, below } = useRows(scroller, Math.min(pages.count, MOST_ROWS), ROW_PX);
  const first = indices[0] ?? 0;
  const last = indices.at(-1) ?? 0;
  // The next page is read when half a page is left below.
  useEffect(() => show(first, Math.max(last + PAGE_ROWS / 2, PAGE_ROWS - 1)), [first, last, show]);
  const { locale } = i18n;
  const since = useMemo(
    () => new Intl.DateTimeFormat(LANGUAGE_TAGS[locale as Locale] ?? locale, { dateStyle: 'medium', timeStyle: 'short' }),
    [locale],
  );

  return (
    <section
      ref={scroller}
      className={`${rows.scroller} ${classes.scroller}`}
      data-scroller
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard.
      tabIndex={0}
      aria-label={t`Devices, scrollable`}
    >
      <Table stickyHeader layout="fixed" aria-label={t`Devices`} aria-rowcount={pages.hasMore ? -1 : pages.count + 1}>
        <Head />
        <tbody>
          <Space height={above} />
          {indices.map((index) => {
            const device = pages.row(index);
            return (
              <DeviceRow key={index} index={index} device={device} isGone={device !== undefined && gone.has(device.id)} since={since} />
            );
          })}
          <Space height={below} />
        </tbody>
      </Table>
    </section>
  );
}

const Head = memo(function Head() {
  return (
    <Table.Thead>
      <Table.Tr aria-rowindex={1}>
        <Table.Th className={classes.nameColumn}>
          <Trans>Device</Trans>
        </Table.Th>
        <Table.Th visibleFrom="md">
          <Trans>Product</Trans>
        </Table.Th>
        <Table.Th className={classes.stateColumn}>
          <Trans>State</Trans>
        </Table.Th>
        <Table.Th visibleFrom="lg" className={classes.sinceColumn}>
          <Trans>Since</Trans>
        </Table.Th>
        <Table.Th>
          <Trans>Versions</Trans>
        </Table.Th>
        <Table.Th visibleFrom="lg">
          <Trans>Tags</Trans>
        </Table.Th>
      </Table.Tr>
    </Table.Thead>
  );
});
