import * as z from "zod";
import { GatewayError } from "../../core/errors.ts";
import { parseJson, type JsonObject } from "../../core/json.ts";
import {
  DIMENSIONS,
  findUsage,
  type Dimension,
  type FilterName,
  type UsageGroup,
} from "../../platform/db/usage.ts";
import { csvResponse } from "./csv.ts";
import * as field from "./fields.ts";
import { readRoute, type AdminRoute } from "./route.ts";
import { keyHashOf, periodFields, periodOf } from "./usage-period.ts";
import { renderSums } from "./usage-sums.ts";

const name = z.string().max(1_024).optional();
const filters = {
  user: name,
  team: name,
  organization: name,
  key: name,
  model: name,
  upstream_model: name,
  provider: name,
  region: name,
  client: name,
  purpose: name,
  status: name,
} satisfies Record<FilterName, typeof name>;

const UsageQuery = z.object({
  /** In the order wanted: `user,model,day`. */
  group_by: z
    .string()
    .default("day")
    .transform((written) => written.split(",").map((name) => name.trim()))
    .pipe(z.array(z.enum(DIMENSIONS)).min(1).max(6)),
  ...periodFields,
  ...filters,
  /** Most expensive first, one page only. */
  sort: z.enum(["group", "cost"]).default("group"),
  page_size: field.pageNumber(1_000, 10_000),
  /** `next_page` of the page before. */
  after: z.string().max(8_192).optional(),
  format: z.enum(["json", "csv"]).default("json"),
});

/** Who used which model for how much, by any dimensions at once. */
export const usageRoutes: AdminRoute[] = [
  readRoute({
    paths: ["/usage"],
    action: "spend.read",
    summary:
      "Usage and cost by user, team, key, model, client, purpose, region, status, day or month; as JSON or CSV.",
    query: UsageQuery,
    async answer({ query, deps, coverage }) {
      const key = await keyHashOf(query.key, deps);
      const groups = await findUsage(deps.db, {
        groupBy: query.group_by,
        ...periodOf(query, deps),
        // Parameters that are no column restrict nothing.
        filter: { ...query, key },
        coverage,
        size: query.page_size,
        byCost: query.sort === "cost",
        ...(query.after === undefined ? {} : { after: readCursor(query.after) }),
      });
      const rows = groups.map((one) => renderGroup(query.group_by, one));
      if (query.format === "csv") return csvResponse(rows, "usage.csv");
      const isLast = groups.length < query.page_size || query.sort === "cost";
      return {
        usage: rows,
        page_size: query.page_size,
        next_page: isLast ? null : JSON.stringify(groups.at(-1)?.group ?? []),
      };
    },
  }),
];

function readCursor(written: string): string[] {
  const read = z.array(z.string()).safeParse(parseJson(written));
  if (read.success) return read.data;
  throw new GatewayError("invalid_request", "after: is not a `next_page` this gateway gave", {
    param: "after",
  });
}

function renderGroup(groupBy: readonly Dimension[], { group, sums }: UsageGroup): JsonObject {
  const names = Object.fromEntries(groupBy.map((name, index) => [name, group[index] ?? ""]));
  return { ...names, ...renderSums(sums) };
}
