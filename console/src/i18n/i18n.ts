import { i18n, type Messages } from '@lingui/core';
import { createStore } from '../app/store';
import { LANGUAGE_TAGS, type Locale, localeOf } from './locales';

type Catalogue = () => Promise<{ messages: Messages }>;

const SHELL = import.meta.glob<{ messages: Messages }>('../locales/*.po');
const PAGES = import.meta.glob<{ messages: Messages }>('../pages/*/locales/*.po');
const KEY = 'updraft.locale';

/** Names of pages whose texts are wanted: a change of language loads them all. */
const wanted = new Set<string>();

export const locale = createStore<Locale>(localeOf(remembered(), navigator.languages));

/** The texts of a page in the current language, before it is drawn. */
export async function loadPageTexts(page: string): Promise<void> {
  wanted.add(page);
  const now = locale.get();
  i18n.load(now, await textsOf(PAGES[`../pages/${page}/locales/${now}.po`]));
}

/** All texts that are in use, in another language; then everything is drawn anew, and nothing typed is lost. */
export async function switchTo(next: Locale): Promise<void> {
  const parts = [SHELL[`../locales/${next}.po`], ...[...wanted].map((page) => PAGES[`../pages/${page}/locales/${next}.po`])];
  const texts = await Promise.all(parts.map(textsOf));
  i18n.load(next, Object.assign({}, ...texts) as Messages);
  i18n.activate(next);
  document.documentElement.lang = LANGUAGE_TAGS[next];
  locale.set(next);
}

export function remember(chosen: Locale): void {
  try {
    localStorage.setItem(KEY, chosen);
  } catch {
    // Storage that is switched off: the choice lasts until the page is left.
  }
}

function remembered(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

const textsOf = async (catalogue: Catalogue | undefined): Promise<Messages> => (await catalogue?.())?.messages ?? {};
