import { platform } from '../../app/platform';
import { AllGroupsDocument, type ListedGroupFragment } from '../../generated/pages/groups/documents';
import { useLoaded } from '../../live/use-loaded';
import { readAll } from '../../live/use-pages';

/** All of them: there are so few that a tree of them is read at once. */
export const useGroups = () =>
  useLoaded<readonly ListedGroupFragment[]>('all groups', () =>
    readAll(
      (after) => platform.query(AllGroupsDocument, { after }),
      ({ groups }) => groups,
    ),
  );
