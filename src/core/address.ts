/** Whether an address lies in a CIDR block (`10.0.0.0/8`, `2001:db8::/32`) or is this very address. */
export function isAddressIn(address: string, block: string): boolean {
  const [base = "", length, ...more] = block.trim().split("/");
  const inside = bitsOf(address);
  const start = bitsOf(base);
  if (inside === undefined || start === undefined || more.length > 0) return false;
  if (inside.length !== start.length) return false;
  const bits = length === undefined ? start.length : prefixLength(length, start.length);
  return bits !== undefined && inside.slice(0, bits) === start.slice(0, bits);
}

/** Whether this can be put on a list of addresses at all. */
export function isAddressBlock(text: string): boolean {
  const [base = ""] = text.trim().split("/");
  return isAddressIn(base, text);
}

function prefixLength(text: string, bitsMax: number): number | undefined {
  return /^\d{1,3}$/.test(text) && Number(text) <= bitsMax ? Number(text) : undefined;
}

/** 32 or 128 zeros and ones; `undefined` when it is no address. IPv4 inside IPv6 is IPv4. */
function bitsOf(address: string): string | undefined {
  const text = address.trim().toLowerCase();
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(text)?.[1] ?? text;
  return mapped.includes(":") ? bitsOfV6(mapped) : bitsOfV4(mapped);
}

function bitsOfV4(text: string): string | undefined {
  const parts = text.split(".");
  const isAddress =
    parts.length === 4 && parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) <= 255);
  return isAddress ? parts.map((part) => bits(Number(part), 8)).join("") : undefined;
}

function bitsOfV6(text: string): string | undefined {
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const [head = [], tail] = halves.map((half) => (half === "" ? [] : half.split(":")));
  const zeros = 8 - head.length - (tail?.length ?? 0);
  if (tail === undefined ? zeros !== 0 : zeros < 1) return undefined;
  const groups = [...head, ...Array.from({ length: zeros }, () => "0"), ...(tail ?? [])];
  if (!groups.every((group) => /^[0-9a-f]{1,4}$/.test(group))) return undefined;
  return groups.map((group) => bits(Number.parseInt(group, 16), 16)).join("");
}

function bits(value: number, width: number): string {
  return value.toString(2).padStart(width, "0");
}
