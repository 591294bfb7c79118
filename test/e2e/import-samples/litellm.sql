--
-- PostgreSQL database dump
--

SET client_encoding = 'UTF8';

COPY public."LiteLLM_BudgetTable" (budget_id, max_budget, soft_budget, max_parallel_requests, tpm_limit, rpm_limit, model_max_budget, budget_duration, budget_reset_at, allowed_models, created_at, created_by, updated_at, updated_by) FROM stdin;
free-tier	1	\N	\N	\N	10	\N	1d	\N	{}	2025-06-01 09:30:00.123	admin	2025-06-01 09:30:00.123	admin
company	100	80	\N	\N	\N	\N	\N	\N	{}	2025-06-01 09:30:00.123	admin	2025-06-01 09:30:00.123	admin
member	2.5	\N	\N	\N	\N	\N	\N	\N	{}	2025-06-01 09:30:00.123	admin	2025-06-01 09:30:00.123	admin
\.

COPY public."LiteLLM_OrganizationTable" (organization_id, organization_alias, budget_id, metadata, models, spend, model_spend, object_permission_id, created_at, created_by, updated_at, updated_by) FROM stdin;
org-1	Example K.K.	company	{}	{}	12.5	{}	\N	2025-06-01 09:30:00.123	admin	2025-06-01 09:30:00.123	admin
org-2	Lost	deleted-budget	{}	{}	0	{}	\N	2025-06-01 09:30:00.123	admin	2025-06-01 09:30:00.123	admin
\.

COPY public."LiteLLM_UserTable" (user_id, user_alias, team_id, sso_user_id, organization_id, password, teams, user_role, max_budget, spend, user_email, models, metadata, max_parallel_requests, tpm_limit, rpm_limit, budget_duration, budget_reset_at, allowed_cache_controls, policies, model_spend, model_max_budget, created_at, updated_at) FROM stdin;
taro	太郎	\N	\N	\N	\N	{platform}	internal_user	5	4.75	Taro@example.com	{}	{}	\N	\N	\N	\N	\N	{}	{}	{}	{}	2025-06-01 09:30:00.123	2025-06-01 09:30:00.123
hanako	\N	\N	sso|hanako	\N	\N	{}	proxy_admin	\N	0	hanako@example.com	{}	{}	\N	\N	\N	\N	\N	{}	{}	{}	{}	2025-06-01 09:30:00.123	2025-06-01 09:30:00.123
jiro	\N	\N	\N	\N	\N	{}	internal_user_viewer	20	19.5	jiro@example.com	{}	{}	\N	\N	\N	30d	2025-07-01 00:00:00	{}	{}	{}	{}	2025-06-01 09:30:00.123	2025-06-01 09:30:00.123
old-admin	\N	\N	\N	\N	\N	{}	app_admin	\N	0	old@example.com	{}	{}	\N	\N	\N	\N	\N	{}	{}	{}	{}	2025-06-01 09:30:00.123	2025-06-01 09:30:00.123
nameless	\N	\N	\N	\N	\N	{}	internal_user	\N	0	no address	{}	{}	\N	\N	\N	\N	\N	{}	{}	{}	{}	2025-06-01 09:30:00.123	2025-06-01 09:30:00.123
hanako-2	\N	\N	\N	\N	\N	{}	internal_user	\N	0	hanako@example.com	{}	{}	\N	\N	\N	\N	\N	{}	{}	{}	{}	2025-06-01 09:30:00.123	2025-06-01 09:30:00.123
\.

COPY public."LiteLLM_OrganizationMembership" (user_id, organization_id, user_role, spend, budget_id, created_at, updated_at) FROM stdin;
hanako	org-1	org_admin	0	\N	2025-06-01 09:30:00.123	2025-06-01 09:30:00.123
nobody	org-1	internal_user	0	\N	2025-06-01 09:30:00.123	2025-06-01 09:30:00.123
\.

COPY public."LiteLLM_TeamTable" (team_id, team_alias, organization_id, object_permission_id, admins, members, members_with_roles, metadata, max_budget, soft_budget, spend, models, max_parallel_requests, tpm_limit, rpm_limit, budget_duration, budget_reset_at, blocked, created_at, updated_at, model_spend, model_max_budget, router_settings, team_member_permissions, access_group_ids, policies, default_team_member_models, budget_limits, model_id, allow_team_guardrail_config) FROM stdin;
platform	Platform team	org-1	\N	{}	{}	[{"role": "admin", "user_id": "hanako", "user_email": null}, {"role": "user", "user_id": "taro", "user_email": "taro@example.com"}]	{"cost_center": "東京"}	50	\N	7.25	{demo,gpt-4o}	\N	100000	\N	\N	\N	f	2025-06-01 09:30:00.123	2025-06-01 09:30:00.123	{}	{}	{}	{}	{}	{}	{}	\N	\N	f
research	Research	\N	\N	{}	{}	[{"role": "user", "user_id": "jiro"}]	{}	3	2	0	{}	\N	\N	\N	\N	\N	f	2025-06-01 09:30:00.123	2025-06-01 09:30:00.123	{}	{}	{}	{}	{}	{}	{demo}	\N	\N	f
blocked-team	Closed	\N	\N	{}	{}	{}	{}	\N	\N	0	{}	\N	\N	\N	\N	\N	t	2025-06-01 09:30:00.123	2025-06-01 09:30:00.123	{}	{}	{}	{}	{}	{}	{}	\N	\N	f
strange	Strange	\N	\N	{}	{}	{}	{}	-5	\N	0	{}	\N	\N	\N	\N	\N	f	2025-06-01 09:30:00.123	2025-06-01 09:30:00.123	{}	{}	{}	{}	{}	{}	{}	\N	\N	f
\.

COPY public."LiteLLM_TeamMembership" (user_id, team_id, spend, total_spend, budget_id) FROM stdin;
taro	platform	1.5	1.5	member
jiro	research	0.5	0.5	\N
left	platform	9	9	\N
\.

COPY public."LiteLLM_VerificationToken" (token, key_name, key_alias, soft_budget_cooldown, spend, expires, models, aliases, config, router_settings, user_id, team_id, agent_id, project_id, permissions, max_parallel_requests, metadata, blocked, tpm_limit, rpm_limit, max_budget, budget_duration, budget_reset_at, allowed_cache_controls, allowed_routes, policies, access_group_ids, model_spend, model_max_budget, budget_id, organization_id, object_permission_id, created_at, created_by, updated_at, updated_by, last_active, rotation_count, auto_rotate, rotation_interval, last_rotation_at, key_rotation_at, budget_limits) FROM stdin;
4adf3343fc582b0714998c81a9488fc0c4939848474f134a536ec90119c0d460	sk-...taro	taro's laptop	f	0	\N	{demo}	{}	{}	{}	taro	\N	\N	\N	{}	\N	{}	\N	\N	\N	\N	\N	\N	{}	{}	{}	{}	{}	{}	\N	\N	\N	2025-06-01 09:30:00.123	admin	2025-06-01 09:30:00.123	admin	\N	0	f	\N	\N	\N	\N
2cadb7c6d177d56c7e78c5cde840b8837cc776f0d5420fc5906b2240ac11ca9f	sk-...vice	batch service	f	2.25	\N	{}	{}	{}	{}	\N	platform	\N	\N	{}	\N	{"tags": ["batch"], "purpose": "nightly"}	\N	\N	\N	10	\N	\N	{}	{}	{}	{}	{}	{}	\N	\N	\N	2025-06-01 09:30:00.123	admin	2025-06-01 09:30:00.123	admin	2025-06-01 09:30:00.123	0	f	\N	\N	\N	\N
c52d487df2d0fbe7ce8519a9ceb7fc874ec9840e0a19beb2d4b64f6c3c6cf905	sk-...pent	spent	f	1.25	\N	{}	{}	{}	{}	\N	\N	\N	\N	{}	\N	{}	\N	\N	\N	1	\N	\N	{}	{}	{}	{}	{}	{}	\N	\N	\N	2025-06-01 09:30:00.123	admin	2025-06-01 09:30:00.123	admin	\N	0	f	\N	\N	\N	\N
753228cfa8b5c0bd5c9718d49d63948e439fe69f441b24462478e982fda730bc	sk-...ning	remaining	f	0.9	\N	{}	{}	{}	{}	\N	\N	\N	\N	{}	\N	{}	\N	\N	\N	1	\N	\N	{}	{}	{}	{}	{}	{}	\N	\N	\N	2025-06-01 09:30:00.123	admin	2025-06-01 09:30:00.123	admin	\N	0	f	\N	\N	\N	\N
a8c597f6691dd4eaba22e8b0c0c58162acf939c1397ab784e77ad840813c934d	sk-...cked	blocked	f	0	\N	{}	{}	{}	{}	\N	\N	\N	\N	{}	\N	{}	t	\N	\N	\N	\N	\N	{}	{}	{}	{}	{}	{}	\N	\N	\N	2025-06-01 09:30:00.123	admin	2025-06-01 09:30:00.123	admin	\N	0	f	\N	\N	\N	\N
faf67e32f850d84b4f06862f951fdf5c6f02788791bbabd205554948e4271e15	sk-...ired	expired	f	0	2025-12-31 15:00:00	{}	{}	{}	{}	\N	\N	\N	\N	{}	\N	{}	\N	\N	\N	\N	\N	\N	{}	{}	{}	{}	{}	{}	\N	\N	\N	2025-06-01 09:30:00.123	admin	2025-06-01 09:30:00.123	admin	\N	0	f	\N	\N	\N	\N
fe04757eb7adf422a55fa5ab9c418a4fbbf3041b53c7a91f87b901c5bf66bf4e	sk-...ture	future	f	0	2030-12-31 15:00:00	{}	{}	{}	{}	\N	\N	\N	\N	{}	\N	{}	\N	\N	\N	\N	\N	\N	{}	{}	{}	{}	{}	{}	\N	\N	\N	2025-06-01 09:30:00.123	admin	2025-06-01 09:30:00.123	admin	\N	0	f	\N	\N	\N	\N
ee2f2705f06d56d2374e2c871fd89b78ef67241dd8e4441b6da24c03feee357a	sk-...ndow	window	f	4.99	\N	{}	{}	{}	{}	\N	\N	\N	\N	{}	\N	{}	\N	\N	\N	5	7d	2025-06-08 00:00:00	{}	{}	{}	{}	{}	{}	\N	\N	\N	2025-06-01 09:30:00.123	admin	2025-06-01 09:30:00.123	admin	\N	0	f	\N	\N	\N	\N
66e58dfb576cc68df967312d6d3a7fb70e0d9a93a522aa5b84f92225ab173067	sk-...mits	limits	f	0	\N	{}	{}	{}	{}	\N	\N	\N	\N	{}	4	{}	\N	9007199254740991	60	\N	\N	\N	{}	{}	{}	{}	{}	{}	\N	\N	\N	2025-06-01 09:30:00.123	admin	2025-06-01 09:30:00.123	admin	\N	0	f	\N	\N	\N	\N
d1464b2bce181a9e84335a44e046e93570eba0b98d348135c7f4935fe889e48a	sk-...dget	per model	f	0	\N	{}	{}	{}	{}	\N	\N	\N	\N	{}	\N	{}	\N	\N	\N	\N	\N	\N	{}	{}	{}	{}	{}	{"demo": {"budget_limit": "0.5", "time_period": "1d"}}	\N	\N	\N	2025-06-01 09:30:00.123	admin	2025-06-01 09:30:00.123	admin	\N	0	f	\N	\N	\N	\N
3074b74ee53eaf1e16df0cef9a29f1861e394bd0073af6bac6ee0e4ef51cefc2	sk-...free	free tier	f	0.1	\N	{}	{}	{}	{}	\N	\N	\N	\N	{}	\N	{}	\N	\N	\N	\N	\N	\N	{}	{}	{}	{}	{}	{}	free-tier	\N	\N	2025-06-01 09:30:00.123	admin	2025-06-01 09:30:00.123	admin	\N	0	f	\N	\N	\N	\N
4b45369ae054c20e3a0faff23dc62da130eee3a90afc5e5095534ec97d378913	sk-...tion	of the company	f	0	\N	{}	{}	{}	{}	\N	\N	\N	\N	{}	\N	{}	\N	\N	\N	\N	\N	\N	{}	{}	{}	{}	{}	{}	\N	org-1	\N	2025-06-01 09:30:00.123	admin	2025-06-01 09:30:00.123	admin	\N	0	f	\N	\N	\N	\N
a8e62b28ea5ae6af93ef326e77974b25c115ae3cf0fc0df9659c7cc8c4ccc076	sk-...otes	"quoted", \\slashed	f	0	\N	{}	{}	{}	{}	\N	\N	\N	\N	{}	\N	{"note": "line\\nbreak and \\"quotes\\""}	\N	\N	\N	\N	\N	\N	{}	{}	{}	{}	{}	{}	\N	\N	\N	2025-06-01 09:30:00.123	admin	2025-06-01 09:30:00.123	admin	\N	0	f	\N	\N	\N	\N
48c00a00acc0b06444e6513ef4fff7c9367610ee21fe2aabc5dfe46135822c2a	sk-...nese	経理部の鍵	f	0	\N	{}	{}	{}	{}	\N	\N	\N	\N	{}	\N	{}	\N	\N	\N	\N	\N	\N	{}	{}	{}	{}	{}	{}	\N	\N	\N	2025-06-01 09:30:00.123	admin	2025-06-01 09:30:00.123	admin	\N	0	f	\N	\N	\N	\N
a61eb884bad3c0da139c3e8fc213e016dcb98fdc54c5245a4c6a75d73e2a9730	sk-...in-1	twin	f	0	\N	{}	{}	{}	{}	\N	\N	\N	\N	{}	\N	{}	\N	\N	\N	\N	\N	\N	{}	{}	{}	{}	{}	{}	\N	\N	\N	2025-06-01 09:30:00.123	admin	2025-06-01 09:30:00.123	admin	\N	0	f	\N	\N	\N	\N
5eba081194fd1f009374a52daf5c44f3f4a5636258937845d7fd4105f6735565	sk-...in-2	twin	f	0	\N	{}	{}	{}	{}	\N	\N	\N	\N	{}	\N	{}	\N	\N	\N	\N	\N	\N	{}	{}	{}	{}	{}	{}	\N	\N	\N	2025-06-01 09:30:00.123	admin	2025-06-01 09:30:00.123	admin	\N	0	f	\N	\N	\N	\N
62ad69cebdcc528cef204501805584985a672149180e0faf7ff6523334aae75d	sk-...ting	rotating	f	0	\N	{}	{}	{}	{}	\N	\N	\N	\N	{}	\N	{}	\N	\N	\N	\N	\N	\N	{}	{}	{}	{}	{}	{}	\N	\N	\N	2025-06-01 09:30:00.123	admin	2025-06-01 09:30:00.123	admin	\N	0	t	30d	\N	\N	\N
f44ddd742961bd4a73cb7088a797f4aae7a2eb7908075e4ebb158952803e0e64	sk-...ases	aliases	f	0	\N	{demo}	{"gpt-4": "demo"}	{}	{}	\N	\N	\N	\N	{}	\N	{}	\N	\N	\N	\N	\N	\N	{}	{}	{}	{}	{}	{}	\N	\N	\N	2025-06-01 09:30:00.123	admin	2025-06-01 09:30:00.123	admin	\N	0	f	\N	\N	\N	\N
f643276586a39136b9a298b5ed8ae229231364b2020a5ec095f534709225866f	sk-...team	lost team	f	0	\N	{}	{}	{}	{}	\N	deleted-team	\N	\N	{}	\N	{}	\N	\N	\N	\N	\N	\N	{}	{}	{}	{}	{}	{}	\N	\N	\N	2025-06-01 09:30:00.123	admin	2025-06-01 09:30:00.123	admin	\N	0	f	\N	\N	\N	\N
dd8ce2e065be6de65866c429fd15dc45ddf3364f17ca5a307bac14fd536e55ee	sk-...oard	\N	f	0	2025-06-02 09:30:00	{}	{}	{}	{}	hanako	litellm-dashboard	\N	\N	{}	\N	{}	\N	\N	\N	\N	\N	\N	{}	{}	{}	{}	{}	{}	\N	\N	\N	2025-06-01 09:30:00.123	admin	2025-06-01 09:30:00.123	admin	\N	0	f	\N	\N	\N	\N
ce034ad37dd1d755ddd191c92c07972227fc568bdb56b6d45827a669d6a5a0fe	sk-...tion	quarterly	f	0	\N	{}	{}	{}	{}	\N	\N	\N	\N	{}	\N	{}	\N	\N	\N	5	3mo	\N	{}	{}	{}	{}	{}	{}	\N	\N	\N	2025-06-01 09:30:00.123	admin	2025-06-01 09:30:00.123	admin	\N	0	f	\N	\N	\N	\N
sk-old-in-plain-text	\N	from the first year	f	0	\N	{}	{}	{}	{}	\N	\N	\N	\N	{}	\N	{}	\N	\N	\N	\N	\N	\N	{}	{}	{}	{}	{}	{}	\N	\N	\N	2025-06-01 09:30:00.123	admin	2025-06-01 09:30:00.123	admin	\N	0	f	\N	\N	\N	\N
\.

COPY public."LiteLLM_EndUserTable" (user_id, alias, spend, allowed_model_region, default_model, budget_id, object_permission_id, blocked) FROM stdin;
acme	Acme Inc.	0.75	\N	\N	free-tier	\N	f
initech	\N	0	\N	\N	\N	\N	t
globex	\N	3	eu	demo	\N	\N	f
hooli	\N	0	\N	\N	deleted-budget	\N	f
umbrella	\N	0.1	\N	\N	\N	\N	f
\.

COPY public."LiteLLM_TagTable" (tag_name, description, models, model_info, spend, budget_id, created_at, created_by, updated_at) FROM stdin;
batch	nightly jobs	{}	\N	1	\N	2025-06-01 09:30:00.123	admin	2025-06-01 09:30:00.123
project:alpha	\N	{}	\N	0	company	2025-06-01 09:30:00.123	admin	2025-06-01 09:30:00.123
engineering	Engineering, R&D	{demo}	\N	0	\N	2025-06-01 09:30:00.123	admin	2025-06-01 09:30:00.123
\.

