import { defineConfig, type OxlintOverride } from "oxlint";

/**
 * Which folder may import which, and which packages. Imports point down this table and never up, not
 * even for a type. A folder that names no packages may use whatever package.json lists.
 */
const layers: Record<string, { imports: string[]; packages?: string[] }> = {
  core: { imports: [], packages: ["zod"] },
  dialects: { imports: ["core"], packages: ["zod"] },
  providers: { imports: ["core", "dialects"] },
  pipeline: { imports: ["core", "dialects", "providers"] },
  platform: { imports: ["core"] },
  http: { imports: ["core", "dialects", "providers", "pipeline", "platform", "entry"] },
  entry: { imports: ["core", "dialects", "providers", "pipeline", "platform", "http"] },
  dashboard: { imports: [] },
};

/** Files beside the folders. They import anything; nothing below imports them. */
const topLevelFiles = "(index|compose|env)\\.ts$";

/** Pure folders get their time, their ids and their network from the caller, as arguments. */
const pureFolders = ["src/core/**", "src/dialects/**"];

/** How many folders deep a layer may nest. The rule names the exact climb, so it needs each depth. */
const depthMax = 4;

export default defineConfig({
  plugins: ["typescript"],
  categories: {
    correctness: "off",
    nursery: "off",
    pedantic: "off",
    perf: "off",
    restriction: "off",
    style: "off",
    suspicious: "off",
  },
  options: { reportUnusedDisableDirectives: "error" },
  ignorePatterns: ["node_modules", "dist", "src/generated"],
  rules: {
    "no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
    "prefer-const": "error",
    "no-var": "error",
    eqeqeq: ["error", "always", { null: "ignore" }],
    "no-debugger": "error",
    "no-duplicate-imports": ["error", { allowSeparateTypeImports: true }],
    "no-fallthrough": "error",
    "no-self-assign": "error",
    "no-unreachable": "error",
    "no-unsafe-finally": "error",
    "no-unsafe-optional-chaining": "error",
    "no-constant-condition": "error",
    "no-dupe-else-if": "error",
    "use-isnan": "error",
    "max-lines": ["error", { max: 350, skipBlankLines: false, skipComments: false }],

    // A lost promise is lost money: it is awaited, returned, or given to waitUntil.
    "typescript/no-floating-promises": ["error", { ignoreVoid: false }],
    "typescript/no-misused-promises": "error",
    "typescript/await-thenable": "error",
    "typescript/return-await": ["error", "error-handling-correctness-only"],
    "typescript/only-throw-error": "error",

    "typescript/no-explicit-any": "error",
    "typescript/no-non-null-assertion": "error",
    "typescript/no-unsafe-argument": "error",
    "typescript/no-unsafe-assignment": "error",
    "typescript/no-unsafe-call": "error",
    "typescript/no-unsafe-member-access": "error",
    "typescript/no-unsafe-return": "error",
    "typescript/no-unnecessary-type-assertion": "error",
    "typescript/switch-exhaustiveness-check": "error",
    "typescript/consistent-type-imports": "error",
    "typescript/ban-ts-comment": "error",
  },
  overrides: [
    {
      files: ["src/**"],
      rules: {
        // Prompts and keys pass through here; the platform's log module is the one way out.
        "no-console": "error",
        "no-restricted-globals": [
          "error",
          { name: "process", message: "Workers have no process: env comes in through src/env.ts." },
          {
            name: "Buffer",
            message: "Workers have no Buffer without nodejs_compat: use Uint8Array.",
          },
        ],
      },
    },
    {
      files: pureFolders,
      rules: {
        "no-restricted-globals": [
          "error",
          { name: "process", message: "Pure code takes its settings as arguments." },
          {
            name: "Buffer",
            message: "Workers have no Buffer without nodejs_compat: use Uint8Array.",
          },
          { name: "fetch", message: "Pure code does no I/O." },
          { name: "setTimeout", message: "Pure code does not wait." },
          { name: "setInterval", message: "Pure code does not wait." },
        ],
        "no-restricted-properties": [
          "error",
          { object: "Date", property: "now", message: "Time is handed in as an argument." },
          { object: "Math", property: "random", message: "Chance is handed in as an argument." },
          { object: "crypto", property: "randomUUID", message: "Ids are handed in as arguments." },
        ],
      },
    },
    ...Object.keys(layers).flatMap(importDirection),
    {
      // Plain JavaScript, because it runs before any package is installed.
      files: ["scripts/**/*.mjs"],
      rules: {
        "typescript/no-unsafe-argument": "off",
        "typescript/no-unsafe-assignment": "off",
        "typescript/no-unsafe-call": "off",
        "typescript/no-unsafe-member-access": "off",
        "typescript/no-unsafe-return": "off",
      },
    },
  ],
});

/** One override per depth, because a later override replaces an earlier one instead of adding. */
function importDirection(layer: string): OxlintOverride[] {
  return Array.from({ length: depthMax }, (_, index) => ({
    files: [`src/${layer}/${"*/".repeat(index)}*.{ts,tsx}`],
    rules: { "no-restricted-imports": ["error", { patterns: forbidden(layer, index + 1) }] },
  }));
}

function forbidden(layer: string, depth: number) {
  const { imports, packages } = layers[layer] ?? { imports: [] };
  const above = Object.keys(layers).filter((other) => other !== layer && !imports.includes(other));
  const climb = `^(\\./)?${"\\.\\./".repeat(depth)}`;
  const onTop = layer === "http" || layer === "entry";
  const typesOnly = layer === "dashboard";
  return [
    {
      regex: `${climb}(src/)?(${above.join("|")})/`,
      allowTypeImports: typesOnly,
      message: typesOnly
        ? "import direction: the dashboard takes types only."
        : `import direction: ${layer} imports ${imports.join(", ") || "no other folder"}.`,
    },
    {
      regex: `${climb}(src/)?${onTop ? "index\\.ts$" : topLevelFiles}`,
      message: `import direction: ${layer} does not reach up to the Worker's entry files.`,
    },
    { regex: `${climb}\\.\\./`, message: "import direction: src imports nothing outside src." },
    ...(packages ? [onlyPackages(layer, packages)] : []),
  ];
}

function onlyPackages(layer: string, packages: string[]) {
  const allowed = packages.flatMap((name) => [`!${name}`, `!${name}/**`]);
  return {
    group: ["*", "!./**", "!../**", ...allowed],
    message: `import direction: ${layer} takes no package but ${packages.join(", ")}.`,
  };
}
