ALTER TABLE `requests` ADD `route_reason` text;--> statement-breakpoint
ALTER TABLE `requests` ADD `cached_tokens_expected` integer DEFAULT 0 NOT NULL;