import type { CurlLine } from "./line.ts";

export const ROLES: CurlLine[] = [
  {
    line: String.raw`curl --location 'http://0.0.0.0:4000/team/new' \
    --header 'Authorization: Bearer <your-master-key>' \
    --header 'Content-Type: application/json' \
    --data '{"team_id": "team-123"}'`,
    is: { team_id: "team-123" },
  },
  {
    line: String.raw`curl -X POST 'http://0.0.0.0:4000/team/member_add' \
    -H 'Authorization: Bearer <your-master-key>' \
    -H 'Content-Type: application/json' \
    -d '{"team_id": "team-123", "member": {"role": "admin", "user_id": "user@company.example"}}'`,
    has: ["team_id", "updated_users"],
  },
  {
    line: String.raw`curl --location 'http://0.0.0.0:4000/team/permissions_list?team_id=team-123' \
    --header 'Authorization: Bearer <your-master-key>'`,
    has: ["team_member_permissions", "all_available_permissions.0"],
    is: { team_id: "team-123" },
  },
  {
    line: String.raw`curl --location 'http://0.0.0.0:4000/team/update' \
    --header 'Authorization: Bearer <your-master-key>' \
    --header 'Content-Type: application/json' \
    --data '{
        "team_id": "team-123",
        "team_member_permissions": ["/key/info", "/key/health", "/key/generate", "/key/update"]
    }'`,
    has: ["team_id", "data.team_member_permissions.3"],
  },
  {
    line: String.raw`curl --location 'http://0.0.0.0:4000/organization/new' \
    --header 'Authorization: Bearer <your-master-key>' \
    --header 'Content-Type: application/json' \
    --data '{
        "organization_alias": "marketing_department",
        "models": ["gpt-4"],
        "max_budget": 20
    }'`,
    has: ["organization_id", "budget_id", "metadata", "created_by", "created_at", "updated_at"],
    is: { organization_alias: "marketing_department", models: ["gpt-4"] },
    saves: { organization: "organization_id" },
  },
  {
    line: String.raw`curl -X POST 'http://0.0.0.0:4000/organization/member_add' \
    -H 'Authorization: Bearer <your-master-key>' \
    -H 'Content-Type: application/json' \
    -d '{"organization_id": "<organization>", "member": {"role": "org_admin", "user_id": "hachiro@company.example"}}'`,
    has: [
      "organization_id",
      "updated_users.0.user_id",
      "updated_organization_memberships.0.user_role",
    ],
  },
  {
    line: String.raw`curl --location 'http://0.0.0.0:4000/key/generate' \
        --header 'Authorization: Bearer <your-master-key>' \
        --header 'Content-Type: application/json' \
        --data '{
            "user_id": "hachiro@company.example"
    }'`,
    has: ["models", "key", "key_name"],
    is: { user_id: "hachiro@company.example" },
    saves: { "org-admin-key": "key" },
  },
  {
    line: String.raw`curl --location 'http://0.0.0.0:4000/team/new' \
    --header 'Authorization: Bearer <org-admin-key>' \
    --header 'Content-Type: application/json' \
    --data '{
        "team_alias": "engineering_team",
        "organization_id": "<organization>"
    }'`,
    has: ["team_id", "organization_id"],
    is: { team_alias: "engineering_team" },
    saves: { "engineering-team": "team_id" },
  },
  {
    line: String.raw`curl -X POST 'http://0.0.0.0:4000/team/member_add' \
    -H 'Authorization: Bearer <org-admin-key>' \
    -H 'Content-Type: application/json' \
    -d '{"team_id": "<engineering-team>", "member": {"role": "admin", "user_id": "kuro@company.example"}}'`,
    has: ["team_id"],
  },
];
