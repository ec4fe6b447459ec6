import { rolesDocument } from '../../../api/roles-document';
import { read } from './project-files';

test('R-UI-4: docs/roles.md says what the tables say: `npm run build && node dist/api/roles-document.js` after a change of them', () => {
  expect(read('docs/roles.md')).toBe(rolesDocument());
});
