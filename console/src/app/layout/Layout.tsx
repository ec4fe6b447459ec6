import { Trans, useLingui } from '@lingui/react/macro';
import { AppShell, Box, Burger, Center, Group, Loader, NavLink, ScrollArea, Title } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { lazy, type ReactNode, Suspense } from 'react';
import { Link, Navigate, Outlet, useLocation, useNavigation } from 'react-router';
import { ConfirmProvider } from '../../components/Confirm';
import { LiveBadge } from '../../live/LiveBadge';
import { NAVIGATION } from '../page';
import { paths } from '../paths';
import { isAtLeast, useViewer } from '../session/may';
import { ColorSchemeButton } from './ColorSchemeButton';
import { useKeyboard } from './keyboard';
import { LanguageMenu } from './LanguageMenu';
import classes from './Layout.module.css';
import { UserMenu } from './UserMenu';

/** Loaded when somebody asks for it. */
const HelpDialog = lazy(async () => ({ default: (await import('./HelpDialog')).HelpDialog }));

/** Whoever has the devices of one owner has one page, and is led to it from all others. */
export function Layout() {
  const { pathname } = useLocation();
  const isApp = useViewer()?.role === 'APP';
  const home = isApp ? paths.myDevices() : paths.overview();
  if (isApp && pathname !== home) return <Navigate to={home} replace />;
  return (
    <ConfirmProvider>
      <Frame home={home} isApp={isApp} />
    </ConfirmProvider>
  );
}

/** What every page stands in: where one can go, who is here, and whether what is shown is live. */
function Frame({ home, isApp }: { home: string; isApp: boolean }) {
  const { t, i18n } = useLingui();
  const [menu, { toggle, close: closeMenu }] = useDisclosure();
  const [help, { open: openHelp, close: closeHelp }] = useDisclosure();
  useKeyboard({ help: isApp ? null : openHelp });
  const { pathname } = useLocation();
  const { state } = useNavigation();
  const viewer = useViewer();
  const links = NAVIGATION.filter(({ role = 'VIEWER' }) => viewer && isAtLeast(viewer.role, role));
  const isHere = (to: string): boolean => (to === '/' ? pathname === '/' : pathname === to || pathname.startsWith(`${to}/`));
  return (
    <AppShell
      header={{ height: 56 }}
      {...(!isApp && { navbar: { width: 216, breakpoint: 'sm', collapsed: { mobile: !menu } } })}
      padding="md"
    >
      <a href="#content" className={classes.skip}>
        <Trans>Skip to the content</Trans>
      </a>
      <AppShell.Header>
        <Group h="100%" px="md" justify="space-between" wrap="nowrap" gap="xs">
          <Group gap="xs" wrap="nowrap">
            {!isApp && <Burger opened={menu} onClick={toggle} hiddenFrom="sm" size="sm" aria-label={t`Navigation`} aria-expanded={menu} />}
            <Link to={home} className={classes.name}>
              Updraft
            </Link>
          </Group>
          <Group gap="xs" wrap="nowrap">
            <LiveBadge />
            <Box visibleFrom="sm">
              <LanguageMenu />
            </Box>
            <ColorSchemeButton />
            <UserMenu help={isApp ? null : openHelp} />
          </Group>
        </Group>
      </AppShell.Header>
      {!isApp && (
        <AppShell.Navbar p="xs" aria-label={t`Pages`}>
          <ScrollArea>
            {links.map(({ to, label, icon: Sign }) => (
              <NavLink
                key={to}
                component={Link}
                to={to}
                label={i18n._(label)}
                leftSection={<Sign size={18} stroke={1.7} aria-hidden />}
                active={isHere(to)}
                {...(isHere(to) && { 'aria-current': 'page' as const })}
                className={classes.link}
                onClick={closeMenu}
              />
            ))}
          </ScrollArea>
          <Box hiddenFrom="sm" pt="md">
            <LanguageMenu />
          </Box>
        </AppShell.Navbar>
      )}
      <AppShell.Main id="content" tabIndex={-1} aria-busy={state === 'loading'}>
        <Suspense
          fallback={
            <Center mih="40vh">
              <Loader aria-label={t`Loading`} />
            </Center>
          }
        >
          <Outlet />
        </Suspense>
      </AppShell.Main>
      {help && (
        <Suspense fallback={null}>
          <HelpDialog opened close={closeHelp} />
        </Suspense>
      )}
    </AppShell>
  );
}

/** The heading of a page, which also names its tab. */
export function PageTitle({ children, title }: { children?: ReactNode; title: string }) {
  return (
    <>
      <title>{`${title} · Updraft`}</title>
      <Group justify="space-between" mb="md" align="start">
        <Title order={1} size="h2" className={classes.heading}>
          {title}
        </Title>
        {children}
      </Group>
    </>
  );
}
