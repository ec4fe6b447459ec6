import { msg } from '@lingui/core/macro';
import { IconCircleCheck, IconDatabaseImport, IconHourglass, IconTrash, IconX } from '@tabler/icons-react';
import type { StatusLook } from '../../components/StatusBadge';
import type { ShownImportFragment } from '../../generated/pages/imports/documents';

export type Status = ShownImportFragment['status'];

export const IMPORT_LOOKS: Record<Status, StatusLook> = {
  CHECKING: { label: msg`being checked`, icon: IconHourglass, tone: 'active' },
  CREATING: { label: msg`creating devices`, icon: IconDatabaseImport, tone: 'active' },
  FINISHED: { label: msg`finished`, icon: IconCircleCheck, tone: 'good' },
  REFUSED: { label: msg`refused`, icon: IconX, tone: 'bad' },
  EXPIRED: { label: msg`being forgotten`, icon: IconTrash, tone: 'over' },
};

export const STATUSES = ['CHECKING', 'CREATING', 'FINISHED', 'REFUSED'] as const satisfies readonly Status[];

export const isUnderWay = ({ status }: Pick<ShownImportFragment, 'status'>): boolean => status === 'CHECKING' || status === 'CREATING';

/** Rows that make no device. */
export const wrongRows = ({ status, rows, valid, created }: ShownImportFragment): number =>
  status === 'FINISHED' ? rows - created : rows - valid;
