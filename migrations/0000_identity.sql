CREATE TABLE `keys` (
	`hash` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`alias` text,
	`account_id` text NOT NULL,
	`team_id` text,
	`user_id` text,
	`organization_id` text,
	`expires_at_ms` integer,
	`models` text NOT NULL,
	`max_budget_nano_usd` integer,
	`budget_duration` text,
	`budget_anchor_ms` integer NOT NULL,
	`tpm_limit` integer,
	`rpm_limit` integer,
	`max_parallel_requests` integer,
	`blocked` integer,
	`metadata` text NOT NULL,
	`settings` text NOT NULL,
	`spend_nano_usd` integer DEFAULT 0 NOT NULL,
	`created_at_ms` integer NOT NULL,
	`created_by` text NOT NULL,
	`updated_at_ms` integer NOT NULL,
	`updated_by` text NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `keys_alias` ON `keys` (`alias`);--> statement-breakpoint
CREATE INDEX `keys_team` ON `keys` (`team_id`);--> statement-breakpoint
CREATE INDEX `keys_user` ON `keys` (`user_id`);--> statement-breakpoint
CREATE TABLE `teams` (
	`id` text PRIMARY KEY NOT NULL,
	`alias` text,
	`organization_id` text,
	`members` text NOT NULL,
	`models` text NOT NULL,
	`max_budget_nano_usd` integer,
	`budget_duration` text,
	`budget_anchor_ms` integer NOT NULL,
	`tpm_limit` integer,
	`rpm_limit` integer,
	`max_parallel_requests` integer,
	`blocked` integer,
	`metadata` text NOT NULL,
	`settings` text NOT NULL,
	`spend_nano_usd` integer DEFAULT 0 NOT NULL,
	`created_at_ms` integer NOT NULL,
	`created_by` text NOT NULL,
	`updated_at_ms` integer NOT NULL,
	`updated_by` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `users` (
	`id` text PRIMARY KEY NOT NULL,
	`email` text,
	`alias` text,
	`role` text,
	`teams` text NOT NULL,
	`models` text NOT NULL,
	`max_budget_nano_usd` integer,
	`budget_duration` text,
	`budget_anchor_ms` integer NOT NULL,
	`tpm_limit` integer,
	`rpm_limit` integer,
	`max_parallel_requests` integer,
	`blocked` integer,
	`metadata` text NOT NULL,
	`settings` text NOT NULL,
	`spend_nano_usd` integer DEFAULT 0 NOT NULL,
	`created_at_ms` integer NOT NULL,
	`created_by` text NOT NULL,
	`updated_at_ms` integer NOT NULL,
	`updated_by` text NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `users_email` ON `users` (`email`);