/** What every row of keys, teams, customers and their like has, where a test says nothing of it. */
export const BARE_ROW = {
  models: [],
  budgetAnchorMs: 0,
  metadata: {},
  settings: {},
  createdAtMs: 0,
  createdBy: "test",
  updatedAtMs: 0,
  updatedBy: "test",
};
