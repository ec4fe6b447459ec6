import type { MessageDescriptor } from '@lingui/core';
import type { Icon } from '@tabler/icons-react';
import type { ComponentType } from 'react';
import type { Role } from './session/may';

export interface PageRoute {
  /** As in `paths.ts`, its ids as `:name`. */
  readonly path: string;
  /** The page with what only it needs: loaded when it is opened. */
  readonly load: () => Promise<{ Page: ComponentType }>;
}

export interface PageDefinition {
  /** The name of its folder, whose catalogues are loaded with it. */
  readonly name: string;
  readonly routes: readonly PageRoute[];
  /** Its place in the navigation; a page without one is come to from others. */
  readonly navigation?: {
    readonly label: MessageDescriptor;
    readonly icon: Icon;
    readonly to: string;
    readonly order: number;
    /** The least role that it is of use to. */
    readonly role?: Role;
  };
}

const modules = import.meta.glob<{ page: PageDefinition }>('../pages/*/page.ts', { eager: true });

/** Every folder of `pages/` that has a `page.ts`. */
export const PAGES: readonly PageDefinition[] = Object.values(modules).map(({ page }) => page);

export const NAVIGATION = PAGES.flatMap(({ navigation }) => navigation ?? []).sort((a, b) => a.order - b.order);
