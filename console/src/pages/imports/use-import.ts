import { platform } from '../../app/platform';
import { FollowImportDocument, ShowImportDocument, type ShownImportFragment } from '../../generated/pages/imports/documents';
import { useLive } from '../../live/use-live';

/** An import as it goes; the feed of it ends with it. Null: nobody follows. */
export const useImport = (importId: string | null) =>
  useLive({
    key: importId,
    load: () => platform.query(ShowImportDocument, { id: importId ?? '' }),
    subscription: FollowImportDocument,
    variables: { importId: importId ?? '' },
    all: ({ deviceImport }): { shown: ShownImportFragment | null } => ({ shown: deviceImport }),
    event: (state, { importProgress: progress }) => (progress.__typename === 'ImportProgress' ? { shown: progress.import } : state),
  });
