import { Trans, useLingui } from '@lingui/react/macro';
import { Alert, Button, Center, Loader } from '@mantine/core';
import { IconPackage } from '@tabler/icons-react';
import { Link, useSearchParams } from 'react-router';
import { PageTitle } from '../../app/layout/Layout';
import { paths } from '../../app/paths';
import { platform } from '../../app/platform';
import { EmptyState } from '../../components/EmptyState';
import { ErrorPanel } from '../../components/ErrorPanel';
import { BatchToCopyDocument, NewBatchSettingDocument, PackagesToPushDocument } from '../../generated/pages/new-batch/documents';
import { useLoaded } from '../../live/use-loaded';
import { valuesOf } from './form/from-batch';
import { initialValues, type Values } from './form/values';
import { NewBatchForm } from './NewBatchForm';

/** `?from=` copies a batch, `?package=` and `?group=` choose beforehand. */
export function Page() {
  const { t } = useLingui();
  const [search] = useSearchParams();
  const from = search.get('from');
  const setting = useLoaded('new batch setting', (signal) => platform.query(NewBatchSettingDocument, {}, { signal }));
  const packages = useLoaded('packages to push', (signal) =>
    platform.list(PackagesToPushDocument, {}, (data) => data.packages, { signal }),
  );
  const copied = useLoaded(from && `batch to copy ${from}`, (signal) =>
    platform.query(BatchToCopyDocument, { id: from ?? '' }, { signal }),
  );
  const limits = setting.data?.limits;
  // An id that no batch can have is refused; one that no batch has is answered with null.
  const isMissing = copied.problems.some(({ code }) => code === 'NOT_FOUND');
  const problems = [...setting.problems, ...packages.problems, ...(isMissing ? [] : copied.problems)];
  const title = from ? t`Copy of a batch` : t`New batch`;
  // What was read before stays, so that nothing typed is lost to a reading that failed.
  if (problems.length > 0 && (!limits || !packages.data || (from !== null && !copied.data && !isMissing))) {
    return (
      <>
        <PageTitle title={title} />
        <ErrorPanel
          problems={problems}
          retry={() => {
            setting.reload();
            packages.reload();
            copied.reload();
          }}
        />
      </>
    );
  }
  const isReadingCopy = from !== null && copied.data === null && copied.loading;
  if (!limits || !packages.data || isReadingCopy) {
    return (
      <>
        <PageTitle title={title} />
        <Center mih="40vh">
          <Loader aria-label={t`Loading`} />
        </Center>
      </>
    );
  }
  if (packages.data.length === 0) {
    return (
      <>
        <PageTitle title={title} />
        <EmptyState
          icon={IconPackage}
          title={<Trans>There is no package yet</Trans>}
          action={
            <Button component={Link} to={paths.packages()}>
              <Trans>Go to the packages</Trans>
            </Button>
          }
        >
          <Trans>A batch pushes a package to devices: upload the firmware first.</Trans>
        </EmptyState>
      </>
    );
  }
  const source = copied.data?.batch ?? null;
  const blank = initialValues(limits);
  const chosen: Partial<Values> = {
    packageId: search.get('package') ?? '',
    ...(search.get('group') && { scope: 'group', groupId: search.get('group') ?? '' }),
  };
  const initial = source ? valuesOf(source, blank) : { ...blank, ...chosen };
  return (
    <>
      <PageTitle title={title} />
      {from && !source && (
        <Alert color="orange" mb="md" title={<Trans>The batch that was to be copied is not there</Trans>}>
          <Trans>It was deleted, never existed, or you may not see it. The form is empty.</Trans>
        </Alert>
      )}
      <NewBatchForm
        key={from ?? ''}
        limits={limits}
        schemes={setting.data?.downloadSchemes ?? []}
        packages={packages.data}
        initial={initial}
        copied={source}
      />
    </>
  );
}
