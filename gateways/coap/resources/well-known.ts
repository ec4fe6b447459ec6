import { CONTENT_FORMAT } from '../lwm2m/formats/content-format';
import { CODE } from '../message/codes';
import { OPTION, uintOption } from '../message/options';
import type { Resource } from './resource';

const LINKS = Buffer.from('</rd>;rt="core.rd";ct=40,</dp>;ct="110 112"');

/** `/.well-known/core`: what is here (RFC 6690 §4). */
export const wellKnown: Resource = ([core, ...rest]) =>
  core === 'core' && rest.length === 0
    ? {
        [CODE.get]: async () => ({ code: CODE.content, options: [uintOption(OPTION.contentFormat, CONTENT_FORMAT.links)], payload: LINKS }),
      }
    : null;
