import { asArray, asObject, asString, isObject } from "./json.ts";

/** The smallest value that fits a JSON Schema, enough for structured output to be parsed. */
export function sampleOf(schema: unknown, root: unknown = schema): unknown {
  const shape = asObject(schema);
  const reference = asString(shape["$ref"] ?? shape["ref"]);
  if (reference !== "") return sampleOf(resolve(root, reference), root);
  if ("enum" in shape) return asArray(shape["enum"])[0];
  if ("const" in shape) return shape["const"];
  const choice = asArray(shape["anyOf"] ?? shape["oneOf"])[0];
  if (choice !== undefined) return sampleOf(choice, root);
  return sampleOfType(shape, root);
}

function sampleOfType(shape: Record<string, unknown>, root: unknown): unknown {
  const type: unknown = asArray(shape["type"])[0] ?? shape["type"];
  switch (asString(type).toLowerCase()) {
    case "string":
      return "text";
    case "integer":
    case "number":
      return typeof shape["minimum"] === "number" ? shape["minimum"] : 1;
    case "boolean":
      return true;
    case "null":
      return null;
    case "array":
      return [sampleOf(shape["items"], root)];
    default:
      return Object.fromEntries(
        Object.entries(asObject(shape["properties"])).map(([name, child]) => [
          name,
          sampleOf(child, root),
        ]),
      );
  }
}

function resolve(root: unknown, reference: string): unknown {
  const steps = reference.replace(/^#\/?/u, "").split("/");
  return steps.reduce(
    (value: unknown, step) => (isObject(value) && step !== "" ? value[step] : value),
    root,
  );
}
