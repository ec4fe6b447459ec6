import type { RegisteredLinks } from '../../../schema/model/registration/registration';
import type { CoapResponse } from '../front/answers';
import { readRegistrationLinks } from '../lwm2m/formats/registration-links';
import { CODE } from '../message/codes';
import { refusal } from './resource';

/** What a device registers; or why it can't be taken. */
export function readRegisteredLinks(body: Buffer): { links: RegisteredLinks } | CoapResponse {
  const read = readRegistrationLinks(body);
  if (!('unreadable' in read)) return { links: read };
  return read.unreadable === 'too_many' || read.unreadable === 'too_long'
    ? refusal(CODE.requestEntityTooLarge, 'Too many links')
    : refusal(CODE.badRequest, 'The links cannot be read');
}
