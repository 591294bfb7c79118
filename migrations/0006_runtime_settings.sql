CREATE TABLE `health_checks` (
	`deployment_id` text PRIMARY KEY NOT NULL,
	`model_name` text NOT NULL,
	`healthy` integer NOT NULL,
	`error_code` text,
	`duration_ms` integer NOT NULL,
	`checked_at_ms` integer NOT NULL,
	`checked_by` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `runtime_version` (
	`id` integer PRIMARY KEY NOT NULL,
	`version` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `settings` (
	`name` text PRIMARY KEY NOT NULL,
	`value` text NOT NULL,
	`created_at_ms` integer NOT NULL,
	`created_by` text NOT NULL,
	`updated_at_ms` integer NOT NULL,
	`updated_by` text NOT NULL
);
--> statement-breakpoint
INSERT INTO `runtime_version` (`id`, `version`) VALUES (1, 0);
--> statement-breakpoint
-- Isolates learn by this number that there is something new. It is counted here, in the transaction of
-- the change, so that no writer can forget it: not even one with a console.
CREATE TRIGGER `models_inserted` AFTER INSERT ON `models`
BEGIN
	UPDATE `runtime_version` SET `version` = `version` + 1;
END;
--> statement-breakpoint
CREATE TRIGGER `models_updated` AFTER UPDATE ON `models`
BEGIN
	UPDATE `runtime_version` SET `version` = `version` + 1;
END;
--> statement-breakpoint
CREATE TRIGGER `models_deleted` AFTER DELETE ON `models`
BEGIN
	UPDATE `runtime_version` SET `version` = `version` + 1;
END;
--> statement-breakpoint
CREATE TRIGGER `credentials_inserted` AFTER INSERT ON `credentials`
BEGIN
	UPDATE `runtime_version` SET `version` = `version` + 1;
END;
--> statement-breakpoint
CREATE TRIGGER `credentials_updated` AFTER UPDATE ON `credentials`
BEGIN
	UPDATE `runtime_version` SET `version` = `version` + 1;
END;
--> statement-breakpoint
CREATE TRIGGER `credentials_deleted` AFTER DELETE ON `credentials`
BEGIN
	UPDATE `runtime_version` SET `version` = `version` + 1;
END;
--> statement-breakpoint
CREATE TRIGGER `settings_inserted` AFTER INSERT ON `settings`
BEGIN
	UPDATE `runtime_version` SET `version` = `version` + 1;
END;
--> statement-breakpoint
CREATE TRIGGER `settings_updated` AFTER UPDATE ON `settings`
BEGIN
	UPDATE `runtime_version` SET `version` = `version` + 1;
END;
--> statement-breakpoint
CREATE TRIGGER `settings_deleted` AFTER DELETE ON `settings`
BEGIN
	UPDATE `runtime_version` SET `version` = `version` + 1;
END;
