import { Trans, useLingui } from '@lingui/react/macro';
import { Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { createContext, type ReactNode, useContext, useEffect, useState } from 'react';
import { useLocation } from 'react-router';
import { readsAlike } from './reads-alike';

export interface Question {
  title: ReactNode;
  /** What happens, to how many devices, and whether it can be undone. */
  children: ReactNode;
  /** The verb of what is done: "Cancel the batch". */
  action: string;
  danger?: boolean;
  /** For what cannot be undone: to be typed before it is done. */
  typed?: string;
}

const Ask = createContext<(question: Question) => Promise<boolean>>(async () => false);

/** Asks before something is done that others feel: settles with whether it is to be done. */
export const useConfirm = () => useContext(Ask);

export function ConfirmProvider({ children }: { children: ReactNode }) {
  const { pathname } = useLocation();
  const [asked, setAsked] = useState<{ question: Question; on: string; settle: (yes: boolean) => void } | null>(null);
  const ask = (question: Question): Promise<boolean> => new Promise((settle) => setAsked({ question, on: pathname, settle }));
  const isLeft = asked !== null && asked.on !== pathname;
  // The browser's own buttons lead away from under a question: it is not about what is shown then.
  useEffect(() => {
    if (!isLeft) return;
    asked.settle(false);
    setAsked(null);
  }, [isLeft, asked]);
  const answer = (yes: boolean): void => {
    asked?.settle(yes);
    setAsked(null);
  };
  return (
    <Ask.Provider value={ask}>
      {children}
      {asked && !isLeft && <ConfirmDialog key={String(asked.question.title)} question={asked.question} answer={answer} />}
    </Ask.Provider>
  );
}

export function ConfirmDialog({ question, answer }: { question: Question; answer: (yes: boolean) => void }) {
  const { t } = useLingui();
  const [text, setText] = useState('');
  const { title, children, action, danger = false, typed } = question;
  const ready = typed === undefined || readsAlike(text, typed);
  return (
    <Modal opened onClose={() => answer(false)} title={title} closeButtonProps={{ 'aria-label': t`Close` }}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (ready) answer(true);
        }}
      >
        <Stack>
          <Text component="div">{children}</Text>
          {typed !== undefined && (
            <TextInput
              label={
                <Trans>
                  Type <b>{typed}</b> to continue
                </Trans>
              }
              value={text}
              onChange={(event) => setText(event.currentTarget.value)}
              autoComplete="off"
              data-autofocus
            />
          )}
          <Group justify="flex-end">
            <Button variant="default" onClick={() => answer(false)}>
              <Trans>Keep as it is</Trans>
            </Button>
            <Button
              type="submit"
              disabled={!ready}
              {...(danger && { color: 'red.9' })}
              {...(typed === undefined && { 'data-autofocus': true })}
            >
              {action}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
