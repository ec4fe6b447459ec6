import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { Button, Card, Grid, Group, Stack, Table, Text, Title } from '@mantine/core';
import { IconShieldCheck, IconStack2, IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import { Link, useNavigate, useParams } from 'react-router';
import { PageTitle } from '../../app/layout/Layout';
import { paths } from '../../app/paths';
import { platform } from '../../app/platform';
import { Can } from '../../components/Can';
import { useConfirm } from '../../components/Confirm';
import { CopyText } from '../../components/CopyText';
import { ErrorPanel } from '../../components/ErrorPanel';
import { ThingPage } from '../../components/ThingPage';
import { RemovePackageDocument, type ShownPackageFragment, ShowPackageDocument } from '../../generated/pages/packages/documents';
import { useFormats } from '../../i18n/use-formats';
import { useCommand } from '../../live/use-command';
import { useLoaded } from '../../live/use-loaded';
import { BatchesOfPackage } from './BatchesOfPackage';
import { Description } from './Description';
import { Facts } from './Facts';
import { FieldVersions } from './FieldVersions';
import { Verification } from './verification/Verification';
import { VerifyDialog } from './verification/VerifyDialog';

export function Page() {
  const { t } = useLingui();
  const { packageId = '' } = useParams();
  const loaded = useLoaded(`package ${packageId}`, () => platform.query(ShowPackageDocument, { id: packageId }));
  return (
    <ThingPage title={t`Package`} loaded={loaded} of={(data) => data.package}>
      {(shown, reload) => <OnePackage shown={shown} reload={reload} />}
    </ThingPage>
  );
}

function OnePackage({ shown, reload }: { shown: ShownPackageFragment; reload: () => void }) {
  const { t } = useLingui();
  const [verifying, setVerifying] = useState(false);
  const confirm = useConfirm();
  const navigate = useNavigate();
  const remove = useCommand(RemovePackageDocument);
  const { required, state } = shown.verification;
  const batches = shown.batches.edges.length;

  const askDelete = async (): Promise<void> => {
    const yes = await confirm({
      title: t`Delete this package?`,
      danger: true,
      typed: shown.name,
      action: t`Delete the package`,
      children: (
        <Stack gap="xs">
          <Text>
            <Trans>
              {shown.name}, version {shown.version} of the module {shown.module} of {shown.productKey}, disappears with{' '}
              <Plural value={shown.files.length} one="its file" other="its # files" />. It cannot be undone.
            </Trans>
          </Text>
          <Text>
            <Trans>Devices keep what they have installed. A batch that has not ended prevents the deletion.</Trans>
          </Text>
          {batches > 0 && (
            <Text>
              {shown.batches.pageInfo.hasNextPage ? (
                <Trans>More than {batches} batches have pushed it. They stay, with their results.</Trans>
              ) : (
                <Plural
                  value={batches}
                  one="# batch has pushed it. It stays, with its results."
                  other="# batches have pushed it. They stay, with their results."
                />
              )}
            </Text>
          )}
        </Stack>
      ),
    });
    if (yes && (await remove.run({ input: { packageId: shown.id } })))
      navigate(`${paths.packages()}?product=${encodeURIComponent(shown.productKey)}`);
  };

  return (
    <>
      <PageTitle title={shown.name}>
        <Group gap="xs">
          <Can
            need="OPERATOR"
            unless={
              required && state === 'UNVERIFIED' ? t`It has to be verified on devices first: no verification has finished yet.` : null
            }
          >
            {(control) => (
              <Button
                {...control}
                component={Link}
                to={`${paths.newBatch()}?package=${encodeURIComponent(shown.id)}`}
                leftSection={<IconStack2 size={16} />}
              >
                <Trans>New batch</Trans>
              </Button>
            )}
          </Can>
          <Can need="OPERATOR">
            {(control) => (
              <Button {...control} variant="default" leftSection={<IconShieldCheck size={16} />} onClick={() => setVerifying(true)}>
                <Trans>Verify …</Trans>
              </Button>
            )}
          </Can>
          <Can need="OPERATOR">
            {(control) => (
              <Button
                {...control}
                variant="default"
                leftSection={<IconTrash size={16} />}
                loading={remove.running}
                onClick={() => void askDelete()}
              >
                <Trans>Delete …</Trans>
              </Button>
            )}
          </Can>
        </Group>
      </PageTitle>
      <Stack>
        <ErrorPanel problems={remove.problems} />
        <Grid>
          <Grid.Col span={{ base: 12, md: 7 }}>
            <Stack>
              <Card withBorder>
                <Facts shown={shown} />
              </Card>
              <Description shown={shown} saved={reload} />
              <Verification shown={shown} reload={reload} />
            </Stack>
          </Grid.Col>
          <Grid.Col span={{ base: 12, md: 5 }}>
            <BatchesOfPackage batches={shown.batches} />
          </Grid.Col>
        </Grid>
        <Files files={shown.files} />
        {/* Last: how many there are is known later than the rest. */}
        <FieldVersions
          productKey={shown.productKey}
          module={shown.module}
          version={shown.version}
          upgraded={(shown.batches?.edges ?? []).reduce((sum, { node }) => sum + node.counts.succeeded, 0)}
        />
      </Stack>
      {verifying && <VerifyDialog shown={shown} close={() => setVerifying(false)} begun={reload} />}
    </>
  );
}

function Files({ files }: { files: ShownPackageFragment['files'] }) {
  const { t } = useLingui();
  const { bytes } = useFormats();
  return (
    <Card withBorder>
      <Title order={2} size="h4" mb="xs">
        <Trans>Files</Trans>
      </Title>
      <Table.ScrollContainer minWidth={640} scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}>
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t`File`}</Table.Th>
              <Table.Th>{t`Size`}</Table.Th>
              <Table.Th>{t`Signature`}</Table.Th>
              <Table.Th>{t`Digests`}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {files.map((file) => (
              <Table.Tr key={file.sha256 + file.name}>
                <Table.Td style={{ overflowWrap: 'anywhere' }}>{file.name}</Table.Td>
                <Table.Td>{bytes(file.size)}</Table.Td>
                <Table.Td>{file.signedBy === null ? t`not signed` : t`checked with the key ${file.signedBy}`}</Table.Td>
                <Table.Td>
                  <CopyText label={t`SHA-256 of ${file.name}`} value={file.sha256} />
                  <CopyText label={t`MD5 of ${file.name}`} value={file.md5} />
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Card>
  );
}
