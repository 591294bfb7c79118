import type { CurlLine } from "./line.ts";

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
