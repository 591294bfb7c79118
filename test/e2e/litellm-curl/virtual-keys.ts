import type { CurlLine } from "./line.ts";

export const VIRTUAL_KEYS: CurlLine[] = [
  {
    line: String.raw`curl 'http://0.0.0.0:4000/key/generate' \
--header 'Authorization: Bearer <your-master-key>' \
--header 'Content-Type: application/json' \
--data-raw '{"models": ["gpt-3.5-turbo", "gpt-4"], "metadata": {"user": "hanako@example.com"}}'`,
    has: ["key", "token", "token_id", "key_name", "expires"],
    is: { models: ["gpt-3.5-turbo", "gpt-4"], "metadata.user": "hanako@example.com" },
    saves: { "user-key": "key" },
  },
  {
    line: String.raw`curl 'http://0.0.0.0:4000/key/info?key=<user-key>' \
     -X GET \
     -H 'Authorization: Bearer <your-master-key>'`,
    has: ["key", "info.expires", "info.aliases", "info.config", "info.user_id", "info.team_id"],
    is: { "info.spend": 0, "info.models": ["gpt-3.5-turbo", "gpt-4"] },
  },
  {
    line: String.raw`curl 'http://0.0.0.0:4000/key/generate' \
--header 'Authorization: Bearer <your-master-key>' \
--header 'Content-Type: application/json' \
--data-raw '{"models": ["gpt-4"], "duration": "20m","metadata": {"user": "taro@example.com"}}'`,
    has: ["key", "expires"],
  },
  {
    line: String.raw`curl -X POST "http://0.0.0.0:4000/key/generate" \
-H "Authorization: Bearer <your-master-key>" \
-H "Content-Type: application/json" \
-d '{
	"models": ["my-free-tier"], 
	"aliases": {"gpt-3.5-turbo": "my-free-tier"}, 
	"duration": "30min"
}'`,
    is: { "aliases.gpt-3.5-turbo": "my-free-tier" },
    saves: { "aliased-key": "key" },
  },
  {
    line: String.raw`curl -X POST "http://0.0.0.0:4000/chat/completions" \
-H "Authorization: Bearer <aliased-key>" \
-H "Content-Type: application/json" \
-d '{
    "model": "gpt-3.5-turbo", 
    "messages": [
        {
            "role": "user",
            "content": "this is a test request, write a short poem"
        }
    ]
}'`,
    has: ["choices.0.message.content", "usage.total_tokens"],
  },
  {
    line: String.raw`curl 'http://0.0.0.0:4000/key/update' \
--header 'Authorization: Bearer <your-master-key>' \
--header 'Content-Type: application/json' \
--data-raw '{
  "key": "<user-key>",
  "models": ["gpt-4"],
  "metadata": {"user": "jiro@example.com"},
  "max_budget": 100
}'`,
    has: ["key"],
    is: { models: ["gpt-4"], "metadata.user": "jiro@example.com", max_budget: 100 },
  },
  {
    line: String.raw`curl -L -X POST 'http://0.0.0.0:4000/key/block' \
-H 'Authorization: Bearer <your-master-key>' \
-H 'Content-Type: application/json' \
-d '{"key": "<user-key>"}'`,
    is: { blocked: true },
  },
  {
    line: String.raw`curl -L -X POST 'http://0.0.0.0:4000/key/unblock' \
-H 'Authorization: Bearer <your-master-key>' \
-H 'Content-Type: application/json' \
-d '{"key": "<user-key>"}'`,
    is: { blocked: false },
  },
  {
    line: String.raw`curl 'http://localhost:4000/key/<user-key>/regenerate' \
  -X POST \
  -H 'Authorization: Bearer <your-master-key>' \
  -H 'Content-Type: application/json' \
  -d '{
    "max_budget": 100,
    "metadata": {
      "team": "core-infra"
    },
    "models": [
      "gpt-4",
      "gpt-3.5-turbo"
    ]
  }'`,
    has: ["key", "token_id", "key_name", "expires"],
    is: { max_budget: 100, "metadata.team": "core-infra" },
    saves: { "new-key": "key" },
  },
  {
    line: String.raw`curl -X GET "http://0.0.0.0:4000/key/info?key=<new-key>" \
-H "Authorization: Bearer <new-key>"`,
    is: { "info.max_budget": 100 },
  },
  {
    line: String.raw`curl -X GET 'http://0.0.0.0:4000/key/list?return_full_object=true&size=5' \
-H 'Authorization: Bearer <your-master-key>'`,
    has: ["keys.0.token", "total_count", "current_page", "total_pages"],
  },
  {
    line: String.raw`curl 'http://0.0.0.0:4000/key/delete' \
--header 'Authorization: Bearer <your-master-key>' \
--header 'Content-Type: application/json' \
--data-raw '{
  "keys": ["<new-key>"]
}'`,
    has: ["deleted_keys.0"],
  },
  {
    line: String.raw`curl --location 'http://localhost:4000/user/new' \
--header 'Authorization: Bearer <your-master-key>' \
--header 'Content-Type: application/json' \
--data-raw '{"user_email": "saburo@example.com"}' `,
    has: ["expires", "user_id", "max_budget", "key"],
    saves: { "my-unique-id": "user_id" },
  },
  {
    line: String.raw`curl 'http://0.0.0.0:4000/key/generate' \
--header 'Authorization: Bearer <your-master-key>' \
--header 'Content-Type: application/json' \
--data-raw '{"models": ["gpt-3.5-turbo", "gpt-4"], "user_id": "<my-unique-id>"}'`,
    has: ["key"],
  },
  {
    line: String.raw`curl 'http://0.0.0.0:4000/user/info?user_id=<my-unique-id>' \
     -X GET \
     -H 'Authorization: Bearer <your-master-key>'`,
    has: ["user_id", "keys.0.token", "teams"],
    is: { "user_info.spend": 0, "user_info.user_email": "saburo@example.com" },
  },
  {
    line: String.raw`curl --location 'http://localhost:4000/team/new' \
--header 'Authorization: Bearer <your-master-key>' \
--header 'Content-Type: application/json' \
--data-raw '{"team_alias": "my-awesome-team"}' `,
    has: ["team_id", "max_budget"],
    saves: { "awesome-team": "team_id" },
  },
  {
    line: String.raw`curl 'http://0.0.0.0:4000/key/generate' \
--header 'Authorization: Bearer <your-master-key>' \
--header 'Content-Type: application/json' \
--data-raw '{"models": ["gpt-3.5-turbo", "gpt-4"], "team_id": "<awesome-team>"}'`,
    has: ["key"],
  },
  {
    line: String.raw`curl 'http://0.0.0.0:4000/team/info?team_id=<awesome-team>' \
     -X GET \
     -H 'Authorization: Bearer <your-master-key>'`,
    has: ["team_id", "keys.0.token", "team_memberships"],
    is: { "team_info.spend": 0, "team_info.team_alias": "my-awesome-team" },
  },
];
