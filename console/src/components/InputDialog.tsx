import { useLingui } from '@lingui/react/macro';
import { Modal, type ModalProps } from '@mantine/core';
import { Unsaved } from './Unsaved';

interface Props extends Pick<ModalProps, 'title' | 'size' | 'children'> {
  close: () => void;
  /** Something stands in it that would be lost: the page behind it is not left without a question, and Escape closes nothing. */
  isDirty: boolean;
}

/** A dialog that something is entered into. Whoever closes it by its buttons means that. */
export function InputDialog({ close, isDirty, children, ...shown }: Props) {
  const { t } = useLingui();
  return (
    <Modal
      opened
      onClose={close}
      closeOnClickOutside={false}
      closeOnEscape={!isDirty}
      closeButtonProps={{ 'aria-label': t`Close` }}
      {...shown}
    >
      <Unsaved when={isDirty} />
      {children}
    </Modal>
  );
}
