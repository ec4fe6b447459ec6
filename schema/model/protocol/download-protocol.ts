import type { DownloadProtocol } from '../batch/batch';
import type { Limits } from '../limits';
import type { PackageFile } from '../package/firmware-package';
import type { Violation } from '../violation';

/** R-DL-3: over MQTT goes one file, up to a size. */
export function downloadViolations(
  protocol: DownloadProtocol | undefined,
  files: readonly Pick<PackageFile, 'size'>[],
  { mqttFileBytes }: Pick<Limits, 'mqttFileBytes'>,
): Violation[] {
  if (protocol !== 'MQTT') return [];
  const [file] = files;
  const found =
    files.length !== 1 || file === undefined
      ? `the package has ${files.length} files`
      : file.size > mqttFileBytes
        ? `its file has ${file.size} bytes`
        : null;
  if (found === null) return [];
  return [
    {
      code: 'DOWNLOAD_PROTOCOL',
      field: 'downloadProtocol',
      message: `Over MQTT one file of at most ${mqttFileBytes} bytes can be downloaded; ${found}.`,
      hint: 'Choose HTTPS, or a package of one smaller file.',
      limit: `1 file, ${mqttFileBytes} bytes`,
    },
  ];
}
