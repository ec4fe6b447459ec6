/** A browser that follows redirects and forms, as far as a sign-in needs one: cookies are of a host, whatever its port. */
export function createCookieJar() {
  const jar = new Map<string, string>();

  async function ask(address: string, init: { method?: string; body?: URLSearchParams; headers?: Record<string, string> } = {}) {
    const { hostname } = new URL(address);
    const cookie = [...jar]
      .filter(([key]) => key.startsWith(`${hostname} `))
      .map(([key, value]) => `${key.slice(hostname.length + 1)}=${value}`);
    const answer = await fetch(address, { ...init, redirect: 'manual', headers: { ...init.headers, cookie: cookie.join('; ') } });
    for (const set of answer.headers.getSetCookie()) {
      const [pair = ''] = set.split(';');
      const at = pair.indexOf('=');
      const key = `${hostname} ${pair.slice(0, at)}`;
      if (/max-age=0|expires=Thu, 01 Jan 1970/i.test(set)) jar.delete(key);
      else jar.set(key, pair.slice(at + 1));
    }
    return answer;
  }

  /** Where it ends, having sent the forms of the provider's pages. */
  async function follow(
    address: string,
    login: string,
    until: (address: string) => boolean,
  ): Promise<{ address: string; answer: Response }> {
    let [at, answer] = [address, await ask(address)];
    for (let steps = 0; steps < 20; steps += 1) {
      const location = answer.headers.get('location');
      if (location !== null) {
        at = new URL(location, at).href;
        if (until(at)) return { address: at, answer };
        answer = await ask(at);
        continue;
      }
      const page = await answer.text();
      const action = /action="([^"]+)"/.exec(page)?.[1]?.replace(/&amp;/g, '&');
      const prompt = /name="prompt" value="(\w+)"/.exec(page)?.[1];
      if (!action || !prompt) throw new Error(`There is no form at ${at}: ${answer.status} ${page.slice(0, 300)}`);
      at = new URL(action, at).href;
      const body = new URLSearchParams({ prompt, ...(prompt === 'login' && { login, password: 'x' }) });
      answer = await ask(at, { method: 'POST', body });
    }
    throw new Error(`It led on and on, to ${at} at last.`);
  }

  return { ask, follow, cookies: jar };
}
