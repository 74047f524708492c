DROP INDEX `channel_connections_subscriber`;--> statement-breakpoint
DROP INDEX `channel_connections_shared`;--> statement-breakpoint
ALTER TABLE `channel_connections` ADD `admin_problem` text;--> statement-breakpoint
CREATE INDEX `channel_connections_unapproved` ON `channel_connections` (`integration_id`,`created_at_ms`) WHERE admin_problem is not null;--> statement-breakpoint
CREATE UNIQUE INDEX `channel_connections_subscriber` ON `channel_connections` (`integration_id`,`subscriber_id`,`context_keys`) WHERE origin <> 'identity' and admin_problem is null and subscriber_id is not null;--> statement-breakpoint
CREATE UNIQUE INDEX `channel_connections_shared` ON `channel_connections` (`integration_id`,`context_keys`) WHERE origin <> 'identity' and admin_problem is null and subscriber_id is null;