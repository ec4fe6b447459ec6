import { useEffect } from 'react';

/** The field that `/` goes to: pages mark theirs. */
export const SEARCH_FIELD = { 'data-search-field': true } as const;

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));

/** `/` goes to the search of the page, `?` opens the help; both are letters where somebody types. */
export function useKeyboard({ help }: { help: (() => void) | null }): void {
  useEffect(() => {
    const pressed = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      if (event.key === '?' && help) help();
      else if (event.key === '/') {
        const field = document.querySelector<HTMLElement>('[data-search-field]');
        if (!field) return;
        field.focus();
      } else return;
      event.preventDefault();
    };
    window.addEventListener('keydown', pressed);
    return () => window.removeEventListener('keydown', pressed);
  }, [help]);
}
