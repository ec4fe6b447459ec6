import { Trans, useLingui } from '@lingui/react/macro';
import { ActionIcon, Anchor, Text } from '@mantine/core';
import { IconChevronDown, IconChevronRight, IconFolder, IconWand } from '@tabler/icons-react';
import { useState } from 'react';
import { Link } from 'react-router';
import { paths } from '../../app/paths';
import type { ListedGroupFragment } from '../../generated/pages/groups/documents';
import classes from './GroupTree.module.css';
import type { Branch } from './tree';

interface Props {
  branches: readonly Branch<ListedGroupFragment>[];
  /** All of it; otherwise what somebody has opened. */
  isOpen: boolean;
}

/** Lists within each other, as what is read aloud; each opens and closes. */
export const GroupTree = ({ branches, isOpen }: Props) => (
  <ul className={classes.list}>
    {branches.map((branch) => (
      <Node key={branch.group.id} branch={branch} isOpen={isOpen} />
    ))}
  </ul>
);

function Node({ branch: { group, below }, isOpen }: { branch: Branch<ListedGroupFragment>; isOpen: boolean }) {
  const { t } = useLingui();
  const [wanted, setWanted] = useState(true);
  const open = isOpen || wanted;
  const Sign = group.kind === 'DYNAMIC' ? IconWand : IconFolder;
  return (
    <li data-group={group.name}>
      <div className={classes.row}>
        {below.length > 0 ? (
          <ActionIcon
            variant="subtle"
            color="gray"
            c="inherit"
            aria-expanded={open}
            aria-label={t`What is below ${group.name}`}
            onClick={() => setWanted(!wanted)}
          >
            {open ? <IconChevronDown size={16} /> : <IconChevronRight size={16} />}
          </ActionIcon>
        ) : (
          <span className={classes.gap} />
        )}
        <Sign size={18} stroke={1.6} aria-hidden style={{ flex: 'none' }} />
        <Anchor component={Link} to={paths.group(group.id)} className={classes.name}>
          {group.name}
        </Anchor>
        {group.kind === 'DYNAMIC' && (
          <Text size="sm" c="dimmed">
            {group.state === 'FILLING' ? <Trans>dynamic, being filled</Trans> : <Trans>dynamic</Trans>}
          </Text>
        )}
      </div>
      {open && below.length > 0 && <GroupTree branches={below} isOpen={isOpen} />}
    </li>
  );
}
