import { UserError } from '../../core/errors';

export const uploadCut = (): UserError =>
  new UserError('UPLOAD_CUT', {
    field: 'file',
    message: 'The upload ended before the file did.',
    hint: 'Send it again: nothing of it was kept.',
  });
