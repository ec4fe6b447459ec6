import { Trans, useLingui } from '@lingui/react/macro';
import { Anchor, Kbd, Modal, Stack, Table, Text } from '@mantine/core';

export function HelpDialog({ opened, close }: { opened: boolean; close: () => void }) {
  const { t } = useLingui();
  return (
    <Modal opened={opened} onClose={close} title={<Trans>Keys and help</Trans>} closeButtonProps={{ 'aria-label': t`Close` }}>
      <Stack>
        <Table>
          <Table.Tbody>
            <Table.Tr>
              <Table.Td>
                <Kbd>/</Kbd>
              </Table.Td>
              <Table.Td>
                <Trans>search or filter this page</Trans>
              </Table.Td>
            </Table.Tr>
            <Table.Tr>
              <Table.Td>
                <Kbd>?</Kbd>
              </Table.Td>
              <Table.Td>
                <Trans>this help</Trans>
              </Table.Td>
            </Table.Tr>
            <Table.Tr>
              <Table.Td>
                <Kbd>Esc</Kbd>
              </Table.Td>
              <Table.Td>
                <Trans>close what is open</Trans>
              </Table.Td>
            </Table.Tr>
          </Table.Tbody>
        </Table>
        <Text size="sm">
          <Trans>
            Everything here is done by the public API. Try it in <Anchor href="/explorer/">the explorer</Anchor>.
          </Trans>
        </Text>
      </Stack>
    </Modal>
  );
}
