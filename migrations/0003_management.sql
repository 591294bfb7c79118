CREATE TABLE `audit_log` (
	`id` text PRIMARY KEY NOT NULL,
	`at_ms` integer NOT NULL,
	`changed_by` text NOT NULL,
	`changed_by_key` text NOT NULL,
	`changed_from` text,
	`action` text NOT NULL,
	`table_name` text NOT NULL,
	`object_id` text NOT NULL,
	`before` text,
	`after` text
);
--> statement-breakpoint
CREATE INDEX `audit_log_at` ON `audit_log` (`at_ms`);--> statement-breakpoint
CREATE INDEX `audit_log_object` ON `audit_log` (`table_name`,`object_id`,`at_ms`);--> statement-breakpoint
CREATE TABLE `budgets` (
	`id` text PRIMARY KEY NOT NULL,
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
CREATE TABLE `customers` (
	`id` text PRIMARY KEY NOT NULL,
	`alias` text,
	`budget_id` text,
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
CREATE TABLE `tags` (
	`name` text PRIMARY KEY NOT NULL,
	`description` text,
	`budget_id` text,
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
CREATE TABLE `invitations` (
	`id` text PRIMARY KEY NOT NULL,
	`user_id` text NOT NULL,
	`secret_hash` text NOT NULL,
	`accepted_at_ms` integer,
	`expires_at_ms` integer NOT NULL,
	`created_at_ms` integer NOT NULL,
	`created_by` text NOT NULL,
	`updated_at_ms` integer NOT NULL,
	`updated_by` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `invitations_user` ON `invitations` (`user_id`);--> statement-breakpoint
CREATE TABLE `credentials` (
	`name` text PRIMARY KEY NOT NULL,
	`secrets` text NOT NULL,
	`info` text NOT NULL,
	`created_at_ms` integer NOT NULL,
	`created_by` text NOT NULL,
	`updated_at_ms` integer NOT NULL,
	`updated_by` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `models` (
	`id` text PRIMARY KEY NOT NULL,
	`model_name` text NOT NULL,
	`parameters` text NOT NULL,
	`model_info` text NOT NULL,
	`created_at_ms` integer NOT NULL,
	`created_by` text NOT NULL,
	`updated_at_ms` integer NOT NULL,
	`updated_by` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `models_name` ON `models` (`model_name`);--> statement-breakpoint
CREATE TABLE `organization_members` (
	`organization_id` text NOT NULL,
	`user_id` text NOT NULL,
	`role` text NOT NULL,
	`created_at_ms` integer NOT NULL,
	`created_by` text NOT NULL,
	`updated_at_ms` integer NOT NULL,
	`updated_by` text NOT NULL,
	PRIMARY KEY(`organization_id`, `user_id`)
);
--> statement-breakpoint
CREATE INDEX `organization_members_user` ON `organization_members` (`user_id`);--> statement-breakpoint
CREATE TABLE `organizations` (
	`id` text PRIMARY KEY NOT NULL,
	`alias` text,
	`budget_id` text,
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
ALTER TABLE `keys` ADD `previous_hash` text;--> statement-breakpoint
ALTER TABLE `keys` ADD `previous_until_ms` integer;--> statement-breakpoint
ALTER TABLE `keys` ADD `rotate_at_ms` integer;--> statement-breakpoint
CREATE INDEX `keys_previous` ON `keys` (`previous_hash`);--> statement-breakpoint
CREATE INDEX `keys_rotation` ON `keys` (`rotate_at_ms`);--> statement-breakpoint
CREATE INDEX `keys_organization` ON `keys` (`organization_id`);--> statement-breakpoint
CREATE INDEX `teams_organization` ON `teams` (`organization_id`);
--> statement-breakpoint
-- What was done stays done: the log is only ever added to.
CREATE TRIGGER `audit_log_no_update` BEFORE UPDATE ON `audit_log`
BEGIN
	SELECT RAISE(ABORT, 'the audit log is append-only');
END;
--> statement-breakpoint
CREATE TRIGGER `audit_log_no_delete` BEFORE DELETE ON `audit_log`
BEGIN
	SELECT RAISE(ABORT, 'the audit log is append-only');
END;
