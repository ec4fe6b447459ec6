import type { AccessService } from '../../core/access/contract';
import type { OpenedSession } from '../../core/access/sessions/browser-sessions';
import type { AuditService } from '../../core/audit/contract';
import { userErrorsOf } from '../errors/as-payload';

type Opening = Promise<OpenedSession | null>;

/** R-UI-4: access, with each browser session that is opened, refused or ended in the audit trail: before its cookie leaves. */
export function recordedSignIns(access: AccessService, audit: Pick<AuditService, 'record' | 'refused'>): AccessService {
  async function recorded<T extends OpenedSession | null>(action: string, opening: Promise<T>): Promise<T> {
    let session: T;
    try {
      session = await opening;
    } catch (error) {
      const codes = userErrorsOf(error)?.map(({ code }) => code);
      if (codes) await audit.refused({ action, viewer: null, codes });
      throw error;
    }
    if (session === null) await audit.refused({ action, viewer: null, codes: ['NOT_SIGNED_IN'] });
    else await audit.record({ kind: 'SIGN_IN', action, viewer: await access.authenticate({ session: session.token }), result: 'OK' });
    return session;
  }
  return {
    ...access,
    openSession: (bearer): Opening => recorded('sign in with a key or token', access.openSession(bearer)),
    openSignInLink: (token): Opening => recorded('sign in with a link', access.openSignInLink(token)),
    finishSignIn: (query, transaction) => recorded('sign in by an identity provider', access.finishSignIn(query, transaction)),
    async endSession(token) {
      const viewer = await access.authenticate({ session: token }).catch(() => null);
      await access.endSession(token);
      if (viewer) await audit.record({ kind: 'SIGN_IN', action: 'sign out', viewer, result: 'OK' });
    },
  };
}
