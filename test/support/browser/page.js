// What a page does with Updraft: tests call it in a real browser, from the page's own origin. `tus` and `graphqlWs` are beside it.
/* global tus, graphqlWs */
const bearer = (key) => ({ authorization: `Bearer ${key}` });

async function told(asked) {
  try {
    const response = await asked;
    const { status, headers } = response;
    return { status, headers: Object.fromEntries(headers), text: await response.text() };
  } catch (error) {
    return { blocked: String(error) };
  }
}

globalThis.calls = {
  ask: ({ url, key, query }) =>
    told(
      fetch(`${url}/graphql`, {
        method: 'POST',
        headers: { ...bearer(key), 'content-type': 'application/json' },
        body: JSON.stringify({ query }),
      }),
    ),

  get: ({ url, key }) => told(fetch(url, { headers: bearer(key) })),

  send({ url, key, fields = {}, name, text }) {
    const form = new FormData();
    for (const [field, value] of Object.entries(fields)) form.set(field, value);
    form.set('file', new File([text], name));
    return told(fetch(url, { method: 'POST', headers: bearer(key), body: form }));
  },

  /** By tus, cut after the first piece and gone on with by another `Upload`, as after a reload of the page. */
  async upload({ url, key, name, size, piece }) {
    const file = new File([new Uint8Array(size)], name);
    const options = { endpoint: `${url}/uploads`, headers: bearer(key), metadata: { filename: name }, chunkSize: piece, retryDelays: null };
    const address = await new Promise((resolve, reject) => {
      const upload = new tus.Upload(file, {
        ...options,
        onError: reject,
        onChunkComplete: () => upload.abort().then(() => resolve(upload.url)),
      });
      upload.start();
    });
    const sent = [];
    await new Promise((resolve, reject) => {
      const upload = new tus.Upload(file, {
        ...options,
        uploadUrl: address,
        onProgress: (bytes) => sent.push(bytes),
        onError: reject,
        onSuccess: resolve,
      });
      upload.start();
    });
    return { address, first: sent[0] };
  },

  /** The first event, or what the connection ended with. */
  async follow({ url, key, query }) {
    const client = graphqlWs.createClient({
      url: `${url.replace('http', 'ws')}/graphql`,
      connectionParams: { apiKey: key },
      retryAttempts: 0,
    });
    try {
      for await (const { data } of client.iterate({ query })) return data;
    } catch (error) {
      return { ended: error.code ?? String(error) };
    } finally {
      client.dispose();
    }
  },
};
