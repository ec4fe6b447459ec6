import { CONTENT_FORMAT } from '../formats/content-format';
import { isValuePath, type Path } from '../formats/path';
import { hasInstances } from '../formats/resource-type';

/** Null: no Accept, so that the device chooses. */
export type Accept = number | null;

/**
 * Formats to ask for, the first choice first. LwM2M 1.0 has TLV for what has several values and is not asked for one value's format;
 * later versions have SenML, which clients may lack.
 */
export function acceptable(version: string, path: Path): readonly Accept[] {
  if (isValuePath(path) && !(path.length === 3 && hasInstances(path))) return version === '1.0' ? [null] : [CONTENT_FORMAT.text, null];
  return version === '1.0' ? [CONTENT_FORMAT.tlv] : [CONTENT_FORMAT.senmlCbor, CONTENT_FORMAT.senmlJson, CONTENT_FORMAT.tlv];
}

/** What to ask for, when the device has refused these. When it has refused all, it is asked for the last choice again. */
export function chooseAccept(version: string, path: Path, refused: ReadonlySet<number>): Accept {
  const choices = acceptable(version, path);
  return choices.find((accept) => accept === null || !refused.has(accept)) ?? (choices.at(-1) as Accept);
}

/** What comes after a refusal of `accept`; undefined when nothing is left. */
export function nextAccept(version: string, path: Path, accept: number, refused: ReadonlySet<number>): Accept | undefined {
  const choices = acceptable(version, path);
  return choices.slice(choices.indexOf(accept) + 1).find((choice) => choice === null || !refused.has(choice));
}
