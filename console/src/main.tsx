import '@mantine/core/styles.css';
import './app/print.css';
import './app/long-names.css';
import './app/tones.css';
import './app/touch.css';
import { createRoot } from 'react-dom/client';
import { App } from './app/App';
import { finishSignIn } from './app/session/issuers';
import { locale, switchTo } from './i18n/i18n';

finishSignIn();
await switchTo(locale.get());
createRoot(document.getElementById('root') as HTMLElement).render(<App />);
