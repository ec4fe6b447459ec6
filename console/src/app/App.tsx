import { i18n } from '@lingui/core';
import { I18nProvider } from '@lingui/react';
import { MantineProvider } from '@mantine/core';
import { RouterProvider } from 'react-router/dom';
import { createRouter } from './router';
import { SessionGate } from './session/SessionGate';
import { colorSchemes, cssVariables, theme } from './theme';

const router = createRouter();

export const App = () => (
  <I18nProvider i18n={i18n}>
    <MantineProvider theme={theme} cssVariablesResolver={cssVariables} colorSchemeManager={colorSchemes} defaultColorScheme="auto">
      <SessionGate>
        <RouterProvider router={router} />
      </SessionGate>
    </MantineProvider>
  </I18nProvider>
);
