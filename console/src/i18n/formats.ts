export interface Formats {
  count(value: number): string;
  percent(part: number, whole: number): string;
  bytes(value: string | number): string;
}

const BYTES = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const;

export function createFormats(language: string): Formats {
  const counts = new Intl.NumberFormat(language);
  const percents = new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 1 });
  return {
    count: (value) => counts.format(value),
    // A part is never shown as nothing or as all of it before it is.
    percent(part, whole) {
      if (whole === 0) return percents.format(0);
      const share = part / whole;
      const shown = part > 0 && part < whole ? Math.min(Math.max(share, 0.001), 0.999) : share;
      return percents.format(shown);
    },
    bytes(value) {
      const size = Number(value);
      const step = Math.min(BYTES.length - 1, size < 1 ? 0 : Math.floor(Math.log2(size) / 10));
      // In short, English has no plural of bytes.
      const options = {
        style: 'unit',
        unit: BYTES[step],
        unitDisplay: step === 0 ? 'long' : 'short',
        maximumFractionDigits: step === 0 ? 0 : 1,
      } as const;
      return new Intl.NumberFormat(language, options).format(size / 1_024 ** step);
    },
  };
}
