// What the examples that use the API share: how they are called, where Updraft is, and what is said when it can't be had.
import { WebSocket } from 'ws';

// Browsers and newer Nodes have it.
globalThis.WebSocket ??= WebSocket;

/** Key, address, arguments and options, or how the program is used. The key comes from the environment: others can read command lines. */
export function calledWith(usage, count, known = []) {
  helpIfAsked(usage);
  const given = process.argv.slice(2);
  const options = given.filter((arg) => arg.startsWith('--'));
  const args = given.filter((arg) => !arg.startsWith('--'));
  // As it was once: the key first, the address last.
  const keyed = args[0]?.startsWith('updraft_') ? args.shift() : undefined;
  const apiKey = keyed ?? process.env.KEY;
  const isWhole = args.length >= count && !args.includes('') && options.every((option) => known.includes(option));
  if (!apiKey || !isWhole) fail(usage);
  return { apiKey: checkedKey(apiKey), url: apiAddress(args[count]), args: args.slice(0, count), options };
}

/** It goes into a header, which takes no other characters. */
export function checkedKey(key) {
  if (!/^[!-~]+$/.test(key.trim())) fail('KEY has characters that no key has. Set KEY to an API key of Updraft that is not revoked.');
  return key.trim();
}

export function apiAddress(given) {
  const url = given || process.env.URL || 'http://127.0.0.1:8080';
  if (!/^https?:\/\//.test(url) || !URL.canParse(url))
    fail(`URL is ${url}; it has to be the address of Updraft, http://127.0.0.1:8080 for example.`);
  return url.replace(/\/+$/, '');
}

export function mqttAddress(given) {
  const url = given || process.env.MQTT_URL || 'mqtt://127.0.0.1:1883';
  if (!/^(mqtts?|tcp|ssl|tls|wss?):\/\/[^/:]/.test(url) || !URL.canParse(url))
    fail(`MQTT_URL is ${url}; it has to be where devices reach Updraft, mqtt://127.0.0.1:1883 for example.`);
  return url;
}

export function helpIfAsked(usage) {
  if (!process.argv.slice(2).some((arg) => arg === '--help' || arg === '-h')) return;
  console.log(usage);
  process.exit(0);
}

export function fail(text) {
  console.error(text);
  process.exit(1);
}

/** Of what graphql-ws or Apollo Client ended with. */
export function explain(wrong, url) {
  const errors = Array.isArray(wrong) ? wrong : wrong?.errors;
  if (errors?.length > 0) return [errors[0].message, errors[0].extensions?.hint].filter(Boolean).join(' ');
  const text = wrong?.reason || wrong?.message || wrong?.code || 'no answer';
  if (isRefused(wrong)) return `${url} refuses the key (${text}). Set KEY to an API key of Updraft that is not revoked.`;
  return `There is no Updraft to be had at ${url} (${text}). Is it running, and is URL its address?`;
}

/** 4401: there is no such key. 4403: it was revoked. Trying again changes neither. Apollo Client has the code in its message. */
export const isRefused = (wrong) => /^440[13]$/.test(wrong?.code) || /\bevent 440[13]\b/.test(wrong?.message);
