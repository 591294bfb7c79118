import { expect, it } from "vitest";
import { isAddressBlock, isAddressIn } from "../../src/core/address.ts";

it.each([
  ["192.0.2.1", "192.0.2.1", true],
  ["192.0.2.1", "192.0.2.2", false],
  ["192.0.2.77", "192.0.2.0/24", true],
  ["192.0.3.1", "192.0.2.0/24", false],
  ["192.0.2.129", "192.0.2.128/25", true],
  ["192.0.2.127", "192.0.2.128/25", false],
  ["8.8.8.8", "0.0.0.0/0", true],
  ["::ffff:10.0.0.1", "10.0.0.0/8", true],
  ["2001:db8::1", "2001:db8::/32", true],
  ["2001:DB8:0:0:0:0:0:1", "2001:db8::1", true],
  ["2001:db9::1", "2001:db8::/32", false],
  ["::1", "::/127", true],
  ["::2", "::/127", false],
  ["10.0.0.1", "::/0", false],
  ["10.0.0.1", "10.0.0.0/33", false],
  ["10.0.0.1", "10.0.0.0/8/8", false],
  ["10.0.0.1", "10.0.0", false],
  ["not an address", "0.0.0.0/0", false],
  ["1:2:3:4:5:6:7:8:9", "::/0", false],
  ["1::2::3", "::/0", false],
])("%s in %s: %s", (address, block, expected) => {
  expect(isAddressIn(address, block)).toBe(expected);
});

it.each([
  ["10.0.0.0/8", true],
  ["::/0", true],
  ["10.0.0.256", false],
  ["10.0.0.0/33", false],
  ["everywhere", false],
])("%s can be put on a list: %s", (text, expected) => {
  expect(isAddressBlock(text)).toBe(expected);
});
