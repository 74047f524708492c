ALTER TABLE `channel_connections` ADD `consent_problem` text;--> statement-breakpoint
ALTER TABLE `channel_connections` ADD `consent_attempts` integer DEFAULT 0 NOT NULL;