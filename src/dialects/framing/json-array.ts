import type { CallerFraming } from "./caller-framing.ts";

const utf8 = new TextEncoder();

/**
 * One JSON array whose elements are written as they come. Until it is closed it is not valid JSON, so
 * an answer that broke off cannot be taken for a whole one.
 */
export const jsonArray: CallerFraming = {
  name: "json-array",
  contentType: "application/json; charset=UTF-8",
  createEncoder() {
    let isOpen = false;
    const open = (): string => {
      const separator = isOpen ? ",\r\n" : "[";
      isOpen = true;
      return separator;
    };
    return {
      encode: ({ data }) => utf8.encode(open() + data),
      end: () => utf8.encode(isOpen ? "]" : "[]"),
      // White space may stand between any two tokens.
      silence: () => utf8.encode("\n"),
    };
  },
};
