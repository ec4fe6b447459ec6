import { Trans } from '@lingui/react/macro';
import { memo } from 'react';
import { Link } from 'react-router';
import { paths } from '../../app/paths';
import { PresenceSign } from '../../components/PresenceSign';
import classes from '../../components/rows/rows.module.css';
import type { ListedDeviceFragment } from '../../generated/pages/devices/documents';

export const ROW_PX = 33;

interface Props {
  /** Undefined: it is being read. */
  device: ListedDeviceFragment | undefined;
  index: number;
  isGone: boolean;
  since: Intl.DateTimeFormat;
}

/** Plain elements: hundreds come and go while somebody scrolls. */
export const DeviceRow = memo(function DeviceRow({ device, index, isGone, since }: Props) {
  if (!device)
    return (
      <tr aria-rowindex={index + 2} className={classes.row} style={{ height: ROW_PX }}>
        <td className={classes.cell}>…</td>
      </tr>
    );
  const { id, deviceName, productKey, modules, tags, onlineChangedAt } = device;
  const versions = modules.map(({ name, spelling, version }) => (name === 'default' ? version : `${spelling} ${version}`)).join(', ');
  const tagText = tags.map(({ key, value }) => `${key}: ${value}`).join(', ');
  return (
    <tr aria-rowindex={index + 2} className={classes.row} style={{ height: ROW_PX }} data-device={deviceName}>
      <td className={classes.cell}>
        <Link to={paths.device(id)} className={classes.link} title={deviceName}>
          {deviceName}
        </Link>
      </td>
      <td className={`${classes.cell} ${classes.fromMd}`}>{productKey}</td>
      <td className={classes.cell}>{isGone ? <Trans>no longer listed</Trans> : <PresenceSign device={device} />}</td>
      <td className={`${classes.cell} ${classes.fromLg}`}>
        {onlineChangedAt && (
          <time dateTime={onlineChangedAt} title={`${onlineChangedAt.replace('T', ' ').slice(0, 19)} UTC`}>
            {since.format(new Date(onlineChangedAt))}
          </time>
        )}
      </td>
      <td className={classes.cell} title={versions}>
        {versions || '–'}
      </td>
      <td className={`${classes.cell} ${classes.fromLg}`} title={tagText}>
        {tagText}
      </td>
    </tr>
  );
});
