import classes from './rows.module.css';

/** Where rows are that are not drawn. One cell: more would be columns of their own where some are hidden. */
export const Space = ({ height }: { height: number }) =>
  height > 0 && (
    <tr aria-hidden className={classes.space}>
      <td style={{ height }} />
    </tr>
  );
