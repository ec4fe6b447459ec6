/** What columns of devices are called where no device is: in lower case, letters and digits only. */
const TITLES = new Set(
  [
    'name names device devices devicename deviceid deviceids deviceno devicenumber devicesn devicekey nickname alias id ids uuid uid uniqueid',
    'imei imeis imei1 imsi iccid meid sn serial serials serialno serialnumber mac macaddress eui deveui endpoint endpointname node nodeid',
    'clientid identifier identification hostname thing thingname product productkey productid secret devicesecret status region tag tags',
    'hdr head header headers title column columns column1 field1 number no index row group model version firmware type',
  ].flatMap((line) => line.split(' ')),
);
/** Rows that are compared with the first. */
const LOOKED_AT = 50;

const plain = (cell: string): string => cell.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
const hasDigit = (cell = ''): boolean => /\d/.test(cell);

/**
 * Of a first row without a column deviceName, the cell that seems to name a column and no device; null: none does. Names of devices are numbered
 * as a rule: one without a digit above rows that have some is none.
 */
export function strangeHead(first: readonly string[], others: readonly (readonly string[])[]): string | null {
  const cells = first.filter((cell) => cell !== '');
  const title = cells.find((cell) => TITLES.has(plain(cell)));
  if (title !== undefined) return title;
  // Without names of columns a row has one cell.
  if (cells.length > 1) return cells.find((cell) => !hasDigit(cell)) ?? cells[0] ?? null;
  const [name] = cells;
  const compared = others.slice(0, LOOKED_AT);
  const numbered = compared.filter(([cell]) => hasDigit(cell)).length;
  return name !== undefined && !hasDigit(name) && numbered > compared.length / 2 ? name : null;
}
