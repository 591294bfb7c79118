import type { CurlLine } from "./line.ts";

export const BUDGETS: CurlLine[] = [
  {
    line: String.raw`curl --location 'http://localhost:4000/team/new' \
--header 'Authorization: Bearer <your-master-key>' \
--header 'Content-Type: application/json' \
--data-raw '{
  "team_alias": "my-new-team_4",
  "members_with_roles": [{"role": "admin", "user_id": "5c4a0aa3-a1e1-43dc-bd87-3c2da8382a3b"}],
  "rpm_limit": 99
}' `,
    has: [
      ...["team_alias", "team_id", "admins", "members", "metadata", "tpm_limit", "max_budget"],
      ...["models", "max_parallel_requests", "budget_duration", "budget_reset_at"],
    ],
    is: { rpm_limit: 99, spend: 0 },
    saves: { team: "team_id" },
  },
  {
    line: String.raw`curl 'http://0.0.0.0:4000/team/new' \
--header 'Authorization: Bearer <your-master-key>' \
--header 'Content-Type: application/json' \
--data-raw '{
  "team_alias": "my-new-team_4",
  "members_with_roles": [{"role": "admin", "user_id": "5c4a0aa3-a1e1-43dc-bd87-3c2da8382a3b"}],
  "budget_duration": "30s"
}'`,
    is: { budget_duration: "30s" },
  },
  {
    line: String.raw`curl --location 'http://0.0.0.0:4000/user/new' \
    --header 'Authorization: Bearer <your-master-key>' \
    --header 'Content-Type: application/json' \
    --data '{
        "user_id": "shiro"
}'`,
    is: { user_id: "shiro" },
  },
  {
    line: String.raw`curl -X POST 'http://0.0.0.0:4000/team/member_add' \
-H 'Authorization: Bearer <your-master-key>' \
-H 'Content-Type: application/json' \
-d '{"team_id": "<team>", "max_budget_in_team": 0.000000000001, "member": {"role": "user", "user_id": "shiro"}}'`,
    has: ["team_id", "updated_users.0.user_id", "updated_team_memberships.0.user_id"],
  },
  {
    line: String.raw`curl --location 'http://0.0.0.0:4000/key/generate' \
    --header 'Authorization: Bearer <your-master-key>' \
    --header 'Content-Type: application/json' \
    --data '{
        "user_id": "shiro",
        "team_id": "<team>"
}'`,
    has: ["key", "soft_budget", "permissions", "model_max_budget", "allowed_cache_controls"],
    is: { user_id: "shiro", spend: 0 },
    saves: { "member-key": "key" },
  },
  {
    line: String.raw`curl --location 'http://localhost:4000/chat/completions' \
    --header 'Authorization: Bearer <member-key>' \
    --header 'Content-Type: application/json' \
    --data '{
    "model": "llama3",
    "messages": [
        {
        "role": "user",
        "content": "tes4"
        }
    ]
}'`,
    status: 429,
    is: { "error.type": "budget_exceeded" },
  },
  {
    line: String.raw`curl --location 'http://localhost:4000/user/new' \
--header 'Authorization: Bearer <your-master-key>' \
--header 'Content-Type: application/json' \
--data-raw '{"models": ["azure-models"], "max_budget": 0, "user_id": "goro@example.com"}' `,
    has: ["key", "expires"],
    is: { user_id: "goro@example.com", max_budget: 0 },
  },
  {
    line: String.raw`curl --location 'http://0.0.0.0:4000/key/generate' \
--header 'Authorization: Bearer <your-master-key>' \
--header 'Content-Type: application/json' \
--data '{"models": ["azure-models"], "user_id": "goro@example.com"}'`,
    has: ["key"],
  },
  {
    line: String.raw`curl 'http://0.0.0.0:4000/key/generate' \
--header 'Authorization: Bearer <your-master-key>' \
--header 'Content-Type: application/json' \
--data-raw '{
  "model_max_budget": {"gpt-4o": {"budget_limit": "0.0000001", "time_period": "1d"}}
}'`,
    has: ["key"],
    saves: { "model-key": "key" },
  },
  {
    line: String.raw`curl --location 'http://0.0.0.0:4000/chat/completions' \
--header 'Content-Type: application/json' \
--header 'Authorization: Bearer <model-key>' \
--data ' {
      "model": "gpt-4o",
      "messages": [
        {
          "role": "user",
          "content": "testing request"
        }
      ]
    }
'`,
    status: 429,
    is: { "error.type": "budget_exceeded" },
  },
  {
    line: String.raw`curl --location 'http://0.0.0.0:4000/team/new' \
--header 'Authorization: Bearer <your-master-key>' \
--header 'Content-Type: application/json' \
--data '{"team_id": "my-prod-team", "max_parallel_requests": 10, "tpm_limit": 20, "rpm_limit": 4}' `,
    is: { team_id: "my-prod-team", max_parallel_requests: 10, tpm_limit: 20, rpm_limit: 4 },
  },
  {
    line: String.raw`curl --location 'http://0.0.0.0:4000/team/update' \
--header 'Authorization: Bearer <your-master-key>' \
--header 'Content-Type: application/json' \
--data '{
  "team_id": "my-prod-team",
  "model_rpm_limit": {"gpt-4": 100, "gpt-3.5-turbo": 200},
  "model_tpm_limit": {"gpt-4": 10000, "gpt-3.5-turbo": 20000}
}'`,
    is: { team_id: "my-prod-team", "data.metadata.model_rpm_limit.gpt-4": 100 },
  },
  {
    line: String.raw`curl --location 'http://0.0.0.0:4000/team/update' \
--header 'Authorization: Bearer <your-master-key>' \
--header 'Content-Type: application/json' \
--data '{
  "team_id": "my-prod-team",
  "metadata": {
    "model_rpm_limit": {"gpt-4": 50},
    "model_tpm_limit": {"gpt-4": 5000}
  }
}'`,
    is: { "data.metadata.model_tpm_limit.gpt-4": 5000 },
  },
  {
    line: String.raw`curl --location 'http://0.0.0.0:4000/user/new' \
--header 'Authorization: Bearer <your-master-key>' \
--header 'Content-Type: application/json' \
--data '{"user_id": "rokuro@example.com", "max_parallel_requests": 10, "tpm_limit": 20, "rpm_limit": 4}' `,
    has: ["key", "expires"],
    is: { user_id: "rokuro@example.com", rpm_limit: 4 },
  },
  {
    line: String.raw`curl --location 'http://0.0.0.0:4000/key/generate' \
--header 'Authorization: Bearer <your-master-key>' \
--header 'Content-Type: application/json' \
--data '{"max_parallel_requests": 10, "tpm_limit": 20, "rpm_limit": 4}' `,
    has: ["key", "expires", "user_id"],
    is: { rpm_limit: 4 },
  },
  {
    line: String.raw`curl -L -X POST 'http://0.0.0.0:4000/key/generate' \
-H 'Authorization: Bearer <your-master-key>' \
-H 'Content-Type: application/json' \
-d '{}'`,
    has: ["key"],
  },
  {
    line: String.raw`curl 'http://0.0.0.0:4000/key/generate' \
--header 'Authorization: Bearer <your-master-key>' \
--header 'Content-Type: application/json' \
--data-raw '{
  "models": ["gpt-4", "gpt-3.5-turbo"],
  "max_budget": 100.0,
  "budget_duration": "monthly",
  "metadata": {"department": "営業", "project": "chatbot"},
  "tpm_limit": 100000,
  "rpm_limit": 1000
}'`,
    has: ["key", "expires", "budget_reset_at"],
    is: { max_budget: 100, budget_duration: "monthly", "metadata.department": "営業" },
  },
  {
    line: String.raw`curl -X POST 'http://0.0.0.0:4000/team/new' \
     -H 'Authorization: Bearer <your-master-key>' \
     -H 'Content-Type: application/json' \
     -d '{
            "team_alias": "QA Prod Bot", 
            "max_budget": 0.000000001, 
            "budget_duration": "1d"
        }' `,
    has: ["team_id", "budget_reset_at"],
    is: { team_alias: "QA Prod Bot", max_budget: 1e-9, budget_duration: "1d" },
    saves: { "poor-team": "team_id" },
  },
  {
    line: String.raw`curl -X POST 'http://0.0.0.0:4000/key/generate' \
     -H 'Authorization: Bearer <your-master-key>' \
     -H 'Content-Type: application/json' \
     -d '{"team_id": "<poor-team>"}'`,
    has: ["team_id", "key"],
    saves: { "poor-key": "key" },
  },
  {
    line: String.raw`curl -X POST 'http://0.0.0.0:4000/chat/completions' \
     -H 'Authorization: Bearer <poor-key>' \
     -H 'Content-Type: application/json' \
     -d ' {
           "model": "llama3",
           "messages": [
             {
               "role": "user",
               "content": "hi"
             }
           ]
         }'`,
    status: 429,
    has: ["error.message", "error.param", "error.code"],
    is: { "error.type": "budget_exceeded" },
  },
  {
    line: String.raw`curl -L -X POST 'http://0.0.0.0:4000/budget/new' \
-H 'Authorization: Bearer <your-master-key>' \
-H 'Content-Type: application/json' \
-d '{
    "budget_id": "my-test-tier",
    "rpm_limit": 0
}'`,
    is: { budget_id: "my-test-tier", rpm_limit: 0 },
  },
  {
    line: String.raw`curl -L -X POST 'http://0.0.0.0:4000/key/generate' \
-H 'Authorization: Bearer <your-master-key>' \
-H 'Content-Type: application/json' \
-d '{
    "budget_id": "my-test-tier"
}'`,
    is: {
      budget_id: "my-test-tier",
      "litellm_budget_table.budget_id": "my-test-tier",
      "litellm_budget_table.rpm_limit": 0,
    },
    saves: { "tier-key": "key" },
  },
  {
    line: String.raw`curl -L -X POST 'http://0.0.0.0:4000/v1/chat/completions' \
-H 'Content-Type: application/json' \
-H 'Authorization: Bearer <tier-key>' \
-d '{
    "model": "gpt-4",
    "messages": [
      {"role": "user", "content": "hi my email is hanako"}
    ]
}'`,
    status: 429,
  },
];
