ALTER TABLE `requests` ADD `fallback_from` text;--> statement-breakpoint
ALTER TABLE `requests` ADD `hedged_nano_usd` integer DEFAULT 0 NOT NULL;