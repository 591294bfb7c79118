import type { CurlLine } from "./lines.ts";

export const CUSTOMERS_AND_TAGS: CurlLine[] = [
  {
    line: String.raw`curl --location 'http://0.0.0.0:4000/budget/new' \
--header 'Authorization: Bearer <your-master-key>' \
--header 'Content-Type: application/json' \
--data '{
    "budget_id" : "free-tier",
    "tpm_limit": 5
}'`,
    is: { budget_id: "free-tier", tpm_limit: 5 },
  },
  {
    line: String.raw`curl --location 'http://0.0.0.0:4000/customer/new' \
--header 'Authorization: Bearer <your-master-key>' \
--header 'Content-Type: application/json' \
--data '{
    "user_id" : "acme",
    "budget_id": "free-tier"
}'`,
    has: ["alias", "blocked", "spend"],
    is: { user_id: "acme", "litellm_budget_table.budget_id": "free-tier" },
  },
  {
    line: String.raw`curl -X POST 'http://localhost:4000/budget/new' \
-H 'Content-Type: application/json' \
-H 'Authorization: Bearer <your-master-key>' \
-d '{
    "max_budget": 10,
    "rpm_limit": 2,
    "tpm_limit": 1000
}'`,
    has: ["budget_id"],
    is: { max_budget: 10 },
  },
  {
    line: String.raw`curl -X POST 'http://0.0.0.0:4000/customer/new' \
    -H 'Authorization: Bearer <your-master-key>' \
    -H 'Content-Type: application/json' \
    -d '{
        "user_id" : "my-customer-id",
        "max_budget": "0"
    }'`,
    is: { user_id: "my-customer-id", "litellm_budget_table.max_budget": 0 },
  },
  {
    line: String.raw`curl -X POST 'http://localhost:4000/chat/completions' \
-H 'Content-Type: application/json' \
-H 'Authorization: Bearer <your-master-key>' \
-d '{
    "model": "gpt-4",
    "messages": [
        {
        "role": "user",
        "content": "What'\''s the weather like in Boston today?"
        }
    ],
    "user": "my-customer-id"
}'`,
    status: 429,
    is: { "error.type": "budget_exceeded" },
  },
  {
    line: String.raw`curl -X POST 'http://0.0.0.0:4000/chat/completions' \
        --header 'Content-Type: application/json' \
        --header 'Authorization: Bearer <your-master-key>' \
        --data ' {
        "model": "gpt-3.5-turbo",
        "user": "new-customer",
        "messages": [
            {
            "role": "user",
            "content": "what time is it"
            }
        ]
        }'`,
    has: ["choices.0.message.content"],
  },
  {
    line: String.raw`curl -X GET 'http://0.0.0.0:4000/customer/info?end_user_id=my-customer-id' \
        -H 'Authorization: Bearer <your-master-key>'`,
    has: ["user_id", "blocked", "alias", "spend", "allowed_model_region", "default_model"],
  },
  {
    line: String.raw`curl -X POST 'http://0.0.0.0:4000/tag/new' \
     -H 'Authorization: Bearer <your-master-key>' \
     -H 'Content-Type: application/json' \
     -d '{
            "name": "sales", 
            "description": "Sales department cost center",
            "max_budget": 500.0, 
            "budget_duration": "30d"
        }' `,
    has: ["budget_reset_at", "created_at"],
    is: { name: "sales", max_budget: 500, budget_duration: "30d" },
  },
  {
    line: String.raw`curl -X POST 'http://0.0.0.0:4000/chat/completions' \
     -H 'Authorization: Bearer <your-master-key>' \
     -H 'Content-Type: application/json' \
     -d '{
           "model": "gpt-4",
           "messages": [{"role": "user", "content": "Hello"}],
           "metadata": {
               "tags": ["sales", "project-alpha"]
           }
         }'`,
    has: ["choices.0.message.content"],
  },
  {
    line: String.raw`curl -X POST 'http://0.0.0.0:4000/tag/info' \
     -H 'Authorization: Bearer <your-master-key>' \
     -H 'Content-Type: application/json' \
     -d '{
           "names": ["sales", "marketing"]
         }'`,
    has: ["sales.spend", "sales.budget_reset_at", "sales.created_at", "sales.updated_at"],
    is: { "sales.name": "sales", "sales.max_budget": 500, "sales.budget_duration": "30d" },
  },
  {
    line: String.raw`curl -X POST 'http://0.0.0.0:4000/tag/update' \
     -H 'Authorization: Bearer <your-master-key>' \
     -H 'Content-Type: application/json' \
     -d '{
           "name": "sales",
           "max_budget": 750.0,
           "budget_duration": "30d"
         }'`,
    has: ["message"],
  },
  {
    line: String.raw`curl -X POST 'http://0.0.0.0:4000/tag/delete' \
     -H 'Authorization: Bearer <your-master-key>' \
     -H 'Content-Type: application/json' \
     -d '{
           "name": "sales"
         }'`,
    has: ["message"],
  },
];

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

/** Reports reach over a year at most. */
const PERIOD = "start_date=<half-a-year-ago>&end_date=<tomorrow>";

export const SPEND: CurlLine[] = [
  {
    line: String.raw`curl --location 'http://0.0.0.0:4000/key/generate' \
        --header 'Authorization: Bearer <your-master-key>' \
        --header 'Content-Type: application/json' \
        --data '{
            "permissions": {"get_spend_routes": true}
    }'`,
    is: { "permissions.get_spend_routes": true },
    saves: { "spend-key": "key" },
  },
  {
    line: `curl -X GET 'http://localhost:4000/global/spend/report?${PERIOD}' \\
  -H 'Authorization: Bearer <spend-key>'`,
    has: ["0.group_by_day", "0.teams.0.team_name", "0.teams.0.total_spend"],
  },
  {
    line: `curl -X GET 'http://localhost:4000/global/spend/report?${PERIOD}&group_by=team' \\
  -H 'Authorization: Bearer <your-master-key>'`,
    has: [
      ...["0.group_by_day", "0.teams.0.team_name", "0.teams.0.total_spend"],
      ...["0.teams.0.metadata.0.model", "0.teams.0.metadata.0.spend"],
      ...["0.teams.0.metadata.0.total_tokens", "0.teams.0.metadata.0.api_key"],
    ],
  },
  {
    line: `curl -X GET 'http://localhost:4000/global/spend/report?${PERIOD}&group_by=customer' \\
  -H 'Authorization: Bearer <your-master-key>'`,
    has: ["0.group_by_day", "0.customers.0.customer", "0.customers.0.total_spend"],
  },
  {
    line: `curl -X GET 'http://localhost:4000/global/spend/report?${PERIOD}&api_key=<your-master-key>' \\
  -H 'Authorization: Bearer <your-master-key>'`,
    has: [
      ...["0.api_key", "0.total_cost", "0.total_input_tokens", "0.total_output_tokens"],
      ...["0.model_details.0.model", "0.model_details.0.total_cost"],
    ],
  },
  {
    line: `curl -X GET 'http://localhost:4000/global/spend/report?${PERIOD}&internal_user_id=default_user_id' \\
  -H 'Authorization: Bearer <your-master-key>'`,
    has: ["0.api_key", "0.total_cost", "0.model_details.0.model"],
  },
  {
    line: `curl -L -X GET 'http://localhost:4000/user/daily/activity?${PERIOD}' \\
-H 'Authorization: Bearer <your-master-key>'`,
    has: [
      ...["results.0.date", "results.0.metrics.spend", "results.0.metrics.prompt_tokens"],
      ...["results.0.metrics.completion_tokens", "results.0.metrics.total_tokens"],
      ...["results.0.metrics.api_requests", "results.0.breakdown.models"],
      ...["results.0.breakdown.providers", "results.0.breakdown.api_keys"],
      ...["metadata.total_spend", "metadata.total_prompt_tokens"],
      ...["metadata.total_completion_tokens", "metadata.total_api_requests"],
    ],
  },
  {
    line: String.raw`curl -L -X GET 'http://localhost:4000/user/info?user_id=default_user_id' \
-H 'Authorization: Bearer <your-master-key>'`,
    has: ["user_id", "user_info.spend", "keys", "teams"],
  },
  {
    line: String.raw`curl -L -X POST 'http://0.0.0.0:4000/key/generate' \
-H 'Authorization: Bearer <your-master-key>' \
-H 'Content-Type: application/json' \
-d '{
    "metadata": {
        "tags": ["tag1", "tag2", "tag3"]
    }
}

'`,
    is: { "metadata.tags": ["tag1", "tag2", "tag3"] },
  },
  {
    line: String.raw`curl -L -X POST 'http://0.0.0.0:4000/team/new' \
-H 'Authorization: Bearer <your-master-key>' \
-H 'Content-Type: application/json' \
-d '{
    "metadata": {
        "tags": ["tag1", "tag2", "tag3"]
    }
}

'`,
    is: { "metadata.tags": ["tag1", "tag2", "tag3"] },
  },
  {
    line: String.raw`curl -X GET "http://0.0.0.0:4000/global/spend" \
-H "Authorization: Bearer <your-master-key>"`,
    has: ["spend", "max_budget"],
  },
  {
    line: String.raw`curl -X GET "http://0.0.0.0:4000/global/spend/logs" \
-H "Authorization: Bearer <your-master-key>"`,
    has: ["0.date", "0.spend"],
  },
  {
    line: String.raw`curl -X GET "http://0.0.0.0:4000/global/spend/keys?limit=5" \
-H "Authorization: Bearer <your-master-key>"`,
    has: ["0.api_key", "0.key_alias", "0.key_name", "0.total_spend"],
  },
  {
    line: String.raw`curl -X GET "http://0.0.0.0:4000/global/spend/models?limit=5" \
-H "Authorization: Bearer <your-master-key>"`,
    has: ["0.model", "0.total_spend"],
  },
  {
    line: String.raw`curl -X GET "http://0.0.0.0:4000/global/spend/teams" \
-H "Authorization: Bearer <your-master-key>"`,
    has: ["daily_spend", "teams", "total_spend_per_team"],
  },
  {
    line: String.raw`curl -X GET "http://0.0.0.0:4000/global/spend/tags" \
-H "Authorization: Bearer <your-master-key>"`,
    has: ["spend_per_tag.0.name", "spend_per_tag.0.spend", "spend_per_tag.0.log_count"],
  },
  {
    line: String.raw`curl -X GET "http://0.0.0.0:4000/spend/keys" \
-H "Authorization: Bearer <your-master-key>"`,
    has: ["0.token", "0.spend"],
  },
  {
    line: String.raw`curl -X GET "http://0.0.0.0:4000/spend/users" \
-H "Authorization: Bearer <your-master-key>"`,
    has: ["0.user_id", "0.spend"],
  },
  {
    line: `curl -X GET "http://0.0.0.0:4000/spend/tags?${PERIOD}" \\
-H "Authorization: Bearer <your-master-key>"`,
    has: ["0.individual_request_tag", "0.log_count", "0.total_spend"],
  },
  {
    line: String.raw`curl -X GET "http://0.0.0.0:4000/spend/logs" \
-H "Authorization: Bearer <your-master-key>"`,
    has: ["0.request_id", "0.api_key", "0.spend", "0.startTime", "0.endTime", "0.model"],
    saves: { request: "0.request_id", hash: "0.api_key" },
  },
  {
    line: String.raw`curl -X GET "http://0.0.0.0:4000/spend/logs?request_id=<request>" \
-H "Authorization: Bearer <your-master-key>"`,
    has: ["0.request_tags", "0.cache_hit", "0.total_tokens"],
  },
  {
    line: String.raw`curl -X GET "http://0.0.0.0:4000/spend/logs?api_key=<hash>" \
-H "Authorization: Bearer <your-master-key>"`,
    has: ["0.request_id"],
  },
  {
    line: String.raw`curl --location 'http://0.0.0.0:4000/spend/calculate' \
--header 'Authorization: Bearer <your-master-key>' \
--header 'Content-Type: application/json' \
--data '{
    "model": "gpt-4",
    "messages": [{"role": "user", "content": "Hey, how'\''s it going?"}]
}'`,
    has: ["cost"],
  },
  {
    line: String.raw`curl -X POST \
  'http://localhost:4000/global/spend/reset' \
  -H 'Authorization: Bearer <your-master-key>' \
  -H 'Content-Type: application/json'`,
    is: {
      message: "Spend for all API Keys and Teams reset successfully",
      status: "success",
    },
  },
];
