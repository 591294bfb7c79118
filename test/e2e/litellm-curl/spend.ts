import type { CurlLine } from "./line.ts";

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
