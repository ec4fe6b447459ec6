/** Request methods and response codes (RFC 7252 §12.1, RFC 7959 §2.9, RFC 8132 §4, RFC 8516). */
export const CODE = {
  empty: 0x00,
  get: 0x01,
  post: 0x02,
  put: 0x03,
  delete: 0x04,
  fetch: 0x05,
  created: 0x41,
  deleted: 0x42,
  valid: 0x43,
  changed: 0x44,
  content: 0x45,
  continue: 0x5f,
  badRequest: 0x80,
  unauthorized: 0x81,
  badOption: 0x82,
  forbidden: 0x83,
  notFound: 0x84,
  methodNotAllowed: 0x85,
  notAcceptable: 0x86,
  requestEntityIncomplete: 0x88,
  preconditionFailed: 0x8c,
  requestEntityTooLarge: 0x8d,
  unsupportedContentFormat: 0x8f,
  tooManyRequests: 0x9d,
  internalServerError: 0xa0,
  notImplemented: 0xa1,
  serviceUnavailable: 0xa3,
  gatewayTimeout: 0xa4,
  proxyingNotSupported: 0xa5,
} as const;

/** 0 request, 2 success, 4 and 5 error; 1, 6 and 7 are reserved. */
export const codeClass = (code: number): number => code >> 5;
export const isRequest = (code: number): boolean => code !== CODE.empty && codeClass(code) === 0;
export const isSuccess = (code: number): boolean => codeClass(code) === 2;
export const isError = (code: number): boolean => codeClass(code) === 4 || codeClass(code) === 5;
export const isResponse = (code: number): boolean => isSuccess(code) || isError(code);

/** As it is written in documents and logs: `2.05`. */
export const codeText = (code: number): string => `${codeClass(code)}.${String(code & 0x1f).padStart(2, '0')}`;
